module "desktop" {
  source = "./modules/sg"
  name   = "desktop"
}

module "build" {
  source = "./modules/sg"
  name   = "build"
}
