module "orders" {
  source  = "./table"
  name    = "orders"
  durable = true
  key     = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

module "scratch" {
  source = "./table"
  name   = "scratch"
}
