module "db" {
  source   = "./modules/db"
  for_each = {
    test = { public = true, zones = 1, days = 0 }
    prod = { public = false, zones = 2, days = 7 }
  }
  name   = each.key
  public = each.value.public
  zones  = each.value.zones
  days   = each.value.days
}
