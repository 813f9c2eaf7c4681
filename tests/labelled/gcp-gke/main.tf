resource "google_container_cluster" "plain" {
  name               = "plain"
  location           = "europe-west1"
  initial_node_count = 1
}

resource "google_container_cluster" "bad" {
  name                  = "bad"
  location              = "europe-west1"
  initial_node_count    = 1
  enable_legacy_abac    = true
  enable_shielded_nodes = false
}

resource "google_container_cluster" "good" {
  name                     = "good"
  location                 = "europe-west1"
  remove_default_node_pool = true
  initial_node_count       = 1
  enable_legacy_abac       = false
  enable_shielded_nodes    = true
  workload_identity_config {
    workload_pool = "proj.svc.id.goog"
  }
  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }
}

resource "google_container_node_pool" "good" {
  name       = "good"
  cluster    = google_container_cluster.good.id
  node_count = 1
  management {
    auto_repair  = true
    auto_upgrade = true
  }
  node_config {
    machine_type = "e2-medium"
    metadata = {
      disable-legacy-endpoints = "true"
    }
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}

resource "google_container_node_pool" "bad" {
  name       = "bad"
  cluster    = google_container_cluster.bad.id
  node_count = 1
  management {
    auto_repair  = false
    auto_upgrade = true
  }
  node_config {
    machine_type = "e2-medium"
    metadata = {
      disable-legacy-endpoints = "false"
    }
    workload_metadata_config {
      mode = "GCE_METADATA"
    }
  }
}

resource "google_container_node_pool" "many" {
  for_each   = { a = true, b = false }
  name       = each.key
  cluster    = google_container_cluster.plain.id
  node_count = 1
  management {
    auto_repair = each.value
  }
}
