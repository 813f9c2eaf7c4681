provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = {
      Owner       = "finance"
      Environment = "prod"
    }
  }
}

module "invoices" {
  source = "./modules/bucket"
  name   = "example-invoices"
}
