module "outer" {
  source = "./modules/outer"
  for_each = {
    one = ["x", "y"]
    two = []
  }
  name  = each.key
  parts = each.value
}

resource "aws_sns_topic" "all" {
  for_each = merge([for o in module.outer : o.names]...)
  name     = "${each.key}-${each.value}"
}

output "deep" {
  value = module.outer["one"].inner[1].id
}

output "first" {
  value = module.outer["one"].inner[0].name
}
