provider "azurerm" {
  features {}
}

resource "azurerm_mssql_server" "implied" {
  name                         = "implied"
  location                     = "westeurope"
  resource_group_name          = "rg"
  version                      = "12.0"
  administrator_login          = "app"
  administrator_login_password = "notAReal-Secret1"
}

resource "azurerm_mssql_server" "good" {
  name                         = "good"
  location                     = "westeurope"
  resource_group_name          = "rg"
  version                      = "12.0"
  administrator_login          = "app"
  administrator_login_password = "notAReal-Secret1"
  minimum_tls_version          = "1.2"
}

resource "azurerm_mssql_server" "old" {
  name                         = "old"
  location                     = "westeurope"
  resource_group_name          = "rg"
  version                      = "12.0"
  administrator_login          = "app"
  administrator_login_password = "notAReal-Secret1"
  minimum_tls_version          = "1.0"
}

resource "azurerm_mssql_firewall_rule" "all" {
  name             = "all"
  server_id        = azurerm_mssql_server.implied.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mssql_firewall_rule" "office" {
  name             = "office"
  server_id        = azurerm_mssql_server.good.id
  start_ip_address = "198.51.100.1"
  end_ip_address   = "198.51.100.9"
}

resource "azurerm_mssql_firewall_rule" "each" {
  for_each         = { one = "203.0.113.4" }
  name             = each.key
  server_id        = azurerm_mssql_server.good.id
  start_ip_address = each.value
  end_ip_address   = each.value
}
