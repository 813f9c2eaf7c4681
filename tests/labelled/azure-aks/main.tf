provider "azurerm" {
  features {}
}

resource "azurerm_kubernetes_cluster" "implied" {
  name                = "implied"
  location            = "westeurope"
  resource_group_name = "rg"
  dns_prefix          = "implied"
  default_node_pool {
    name       = "default"
    node_count = 1
    vm_size    = "Standard_D2_v2"
  }
  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_kubernetes_cluster" "on" {
  name                              = "on"
  location                          = "westeurope"
  resource_group_name               = "rg"
  dns_prefix                        = "on"
  role_based_access_control_enabled = true
  default_node_pool {
    name       = "default"
    node_count = 3
    vm_size    = "Standard_D2_v2"
  }
  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_kubernetes_cluster" "off" {
  name                              = "off"
  location                          = "westeurope"
  resource_group_name               = "rg"
  dns_prefix                        = "off"
  role_based_access_control_enabled = false
  default_node_pool {
    name       = "default"
    node_count = 1
    vm_size    = "Standard_D2_v2"
  }
  identity {
    type = "SystemAssigned"
  }
}
