provider "azurerm" {
  features {}
}

resource "azurerm_linux_virtual_machine" "keys" {
  name                  = "keys"
  resource_group_name   = "rg"
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "adm"
  network_interface_ids = ["/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n"]
  admin_ssh_key {
    username   = "adm"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
}

resource "azurerm_linux_virtual_machine" "password" {
  name                            = "password"
  resource_group_name             = "rg"
  location                        = "westeurope"
  size                            = "Standard_B1s"
  admin_username                  = "adm"
  admin_password                  = "notAReal-Secret1"
  disable_password_authentication = false
  network_interface_ids           = ["/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n"]
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
}

resource "azurerm_linux_virtual_machine" "explicit" {
  name                            = "explicit"
  resource_group_name             = "rg"
  location                        = "westeurope"
  size                            = "Standard_B1s"
  admin_username                  = "adm"
  disable_password_authentication = true
  network_interface_ids           = ["/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n"]
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
}

resource "azurerm_linux_virtual_machine_scale_set" "set" {
  name                            = "set"
  resource_group_name             = "rg"
  location                        = "westeurope"
  sku                             = "Standard_B1s"
  instances                       = 2
  admin_username                  = "adm"
  admin_password                  = "notAReal-Secret1"
  disable_password_authentication = false
  network_interface {
    name    = "n"
    primary = true
    ip_configuration {
      name    = "i"
      primary = true
    }
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
}

resource "azurerm_linux_web_app" "plain" {
  name                = "plain"
  resource_group_name = "rg"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p"
  site_config {}
}

resource "azurerm_linux_web_app" "good" {
  name                = "good"
  resource_group_name = "rg"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p"
  https_only          = true
  site_config {}
}

resource "azurerm_windows_web_app" "win" {
  name                = "win"
  resource_group_name = "rg"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p"
  https_only          = false
  site_config {}
}

resource "azurerm_windows_web_app" "wingood" {
  name                = "wingood"
  resource_group_name = "rg"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p"
  https_only          = true
  site_config {}
}
