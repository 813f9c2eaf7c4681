provider "azurerm" {
  features {}
}

resource "azurerm_network_security_group" "n" {
  name                = "n"
  location            = "westeurope"
  resource_group_name = "rg"
}

resource "azurerm_subnet" "bare" {
  name                 = "bare"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet" "guarded" {
  name                 = "guarded"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "guarded" {
  subnet_id                 = azurerm_subnet.guarded.id
  network_security_group_id = azurerm_network_security_group.n.id
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.3.0/27"]
}

resource "azurerm_subnet" "many" {
  for_each             = { x = "10.0.4.0/24", y = "10.0.5.0/24" }
  name                 = each.key
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = [each.value]
}

resource "azurerm_subnet_network_security_group_association" "many" {
  for_each                  = azurerm_subnet.many
  subnet_id                 = each.value.id
  network_security_group_id = azurerm_network_security_group.n.id
}
