provider "azurerm" {
  features {}
}

variable "tenant" {
  default = "00000000-1111-2222-3333-444444444444"
}

resource "azurerm_key_vault" "plain" {
  name                = "plain"
  location            = "westeurope"
  resource_group_name = "rg"
  tenant_id           = var.tenant
  sku_name            = "standard"
}

resource "azurerm_key_vault" "good" {
  name                       = "good"
  location                   = "westeurope"
  resource_group_name        = "rg"
  tenant_id                  = var.tenant
  sku_name                   = "standard"
  purge_protection_enabled   = true
  soft_delete_retention_days = 30
  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
  }
}

resource "azurerm_key_vault" "allow" {
  name                     = "allow"
  location                 = "westeurope"
  resource_group_name      = "rg"
  tenant_id                = var.tenant
  sku_name                 = "standard"
  purge_protection_enabled = false
  network_acls {
    bypass         = "None"
    default_action = "Allow"
  }
}
