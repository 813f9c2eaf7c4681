resource "google_compute_subnetwork" "plain" {
  name          = "plain"
  network       = "n"
  region        = "europe-west1"
  ip_cidr_range = "10.0.0.0/24"
}

resource "google_compute_subnetwork" "good" {
  name          = "good"
  network       = "n"
  region        = "europe-west1"
  ip_cidr_range = "10.0.1.0/24"
  log_config {
    aggregation_interval = "INTERVAL_5_SEC"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_subnetwork" "proxy" {
  name          = "proxy"
  network       = "n"
  region        = "europe-west1"
  ip_cidr_range = "10.0.2.0/24"
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}
