terraform {
  required_providers {
    google     = { source = "hashicorp/google" }
    azurerm    = { source = "hashicorp/azurerm" }
    kubernetes = { source = "hashicorp/kubernetes" }
    helm       = { source = "hashicorp/helm" }
  }
}

provider "google" {
  project = "p"
  region  = "europe-west1"
}

provider "google" {
  alias   = "other"
  project = "q"
  region  = "us-central1"
}

provider "azurerm" {
  subscription_id = "00000000-0000-0000-0000-000000000000"
  features {
    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "kubernetes" {
  host  = "https://${google_container_cluster.c.endpoint}"
  token = data.google_client_config.me.access_token
}

provider "helm" {
  kubernetes = {
    host = "https://${google_container_cluster.c.endpoint}"
  }
}

data "google_client_config" "me" {}

resource "random_password" "sql" {
  length = 24
}

resource "google_compute_network" "n" {
  name                    = "net"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "s" {
  for_each      = { a = "10.0.0.0/24", b = "10.0.1.0/24" }
  name          = "sub-${each.key}"
  network       = google_compute_network.n.id
  ip_cidr_range = each.value
  log_config {
    aggregation_interval = "INTERVAL_5_SEC"
  }
}

resource "google_compute_firewall" "ssh" {
  provider      = google.other
  name          = "ssh"
  network       = google_compute_network.n.self_link
  source_ranges = ["10.0.0.0/8"]
  dynamic "allow" {
    for_each = ["22", "443"]
    content {
      protocol = "tcp"
      ports    = [allow.value]
    }
  }
}

resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
  versioning {
    enabled = true
  }
}

resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_15"
  root_password    = random_password.sql.result
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.n.id
    }
  }
}

resource "google_compute_instance" "vm" {
  name         = "vm"
  machine_type = "e2-small"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.s["a"].id
  }
}

resource "google_container_cluster" "c" {
  name               = "c"
  initial_node_count = 1
}

resource "google_project_iam_member" "m" {
  project = "p"
  role    = "roles/viewer"
  member  = "user:a@example.com"
}

resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}

resource "azurerm_storage_account" "s" {
  name                     = "s"
  resource_group_name      = azurerm_resource_group.g.name
  location                 = azurerm_resource_group.g.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  network_rules {
    default_action = "Deny"
  }
}

resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.0.0/24"]
}

resource "azurerm_network_security_group" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  security_rule {
    name                       = "https"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_key_vault" "k" {
  name                     = "k"
  resource_group_name      = azurerm_resource_group.g.name
  location                 = azurerm_resource_group.g.location
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "standard"
  purge_protection_enabled = true
}

resource "azurerm_key_vault_secret" "p" {
  name         = "p"
  key_vault_id = azurerm_key_vault.k.id
  value        = random_password.sql.result
}

resource "kubernetes_namespace" "n" {
  metadata {
    name   = "n"
    labels = { account = azurerm_storage_account.s.name }
  }
}

resource "kubernetes_deployment" "d" {
  metadata {
    name      = "d"
    namespace = kubernetes_namespace.n.metadata[0].name
  }
  spec {
    replicas = 2
    selector {
      match_labels = { app = "d" }
    }
    template {
      metadata {
        labels = { app = "d" }
      }
      spec {
        container {
          name  = "c"
          image = "nginx:1.27"
          security_context {
            run_as_non_root = true
          }
          env {
            name  = "BUCKET"
            value = google_storage_bucket.b.url
          }
        }
      }
    }
  }
}

resource "helm_release" "h" {
  name  = "h"
  chart = "h"
  set = [{
    name  = "bucket"
    value = google_storage_bucket.b.url
  }]
}

resource "kubernetes_manifest" "m" {
  manifest = {
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata   = { name = "m", namespace = "n" }
    data       = { a = "1" }
  }
}

resource "tls_private_key" "t" {
  algorithm = "ED25519"
}

resource "local_file" "f" {
  filename = "/x"
  content  = tls_private_key.t.public_key_pem
}

resource "null_resource" "n" {
  triggers = { a = google_compute_network.n.id }
}

data "archive_file" "z" {
  type        = "zip"
  output_path = "/z.zip"
  source_dir  = "src"
}
