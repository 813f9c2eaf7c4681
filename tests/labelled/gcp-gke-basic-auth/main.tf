resource "google_container_cluster" "basic" {
  name               = "basic"
  location           = "europe-west1"
  initial_node_count = 1
  master_auth {
    username = "admin"
    password = "not-a-real-password"
  }
}
