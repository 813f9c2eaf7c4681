locals {
  apps = {
    api = { size = 2, public = true }
    job = { size = 1, public = false }
  }
}

module "net" {
  source = "./modules/net"
  name   = "core"
  cidr   = "10.1.0.0/16"
}

module "app" {
  source     = "./modules/app"
  for_each   = local.apps
  name       = each.key
  size       = each.value.size
  subnet_ids = module.net.subnet_ids
  vpc_id     = module.net.vpc_id
  public     = each.value.public
}

module "spare" {
  source = "./modules/net"
  count  = 2
  name   = "spare-${count.index}"
  cidr   = "10.${count.index + 2}.0.0/16"
}

resource "aws_ssm_parameter" "apps" {
  name  = "/apps"
  type  = "String"
  value = join(",", [for k, m in module.app : "${k}=${m.group}"])
}

output "groups" {
  value = { for k, m in module.app : k => m.group_id }
}

output "spare_cidr" {
  value = module.spare[*].cidr
}
