terraform {
  required_providers {
    google     = { source = "hashicorp/google" }
    azurerm    = { source = "hashicorp/azurerm" }
    kubernetes = { source = "hashicorp/kubernetes" }
    random     = { source = "hashicorp/random" }
  }
}
provider "google" {
  project = "p"
  region  = "europe-west3"
}
provider "azurerm" {
  features {}
}
resource "random_pet" "n" {
  length = 2
}
resource "google_storage_bucket" "b" {
  name     = "data-${random_pet.n.id}"
  location = "EU"
  versioning {
    enabled = true
  }
}
resource "azurerm_resource_group" "g" {
  name     = "rg"
  location = "West Europe"
}
resource "azurerm_storage_account" "s" {
  name                     = "sa"
  resource_group_name      = azurerm_resource_group.g.name
  location                 = azurerm_resource_group.g.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  dynamic "network_rules" {
    for_each = ["Deny"]
    content {
      default_action = network_rules.value
    }
  }
}
provider "kubernetes" {
  host = azurerm_storage_account.s.primary_blob_host
}
resource "kubernetes_namespace" "n" {
  metadata {
    name   = "app"
    labels = { bucket = google_storage_bucket.b.url }
  }
}
