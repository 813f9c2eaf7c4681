variable "maybe" {
  type    = string
  default = null
}

variable "list" {
  type    = list(object({ name = string, size = optional(number) }))
  default = [{ name = "a" }, { name = "b", size = 2 }]
}

module "m" {
  source   = "./modules/m"
  required = null
  given    = var.maybe
  items    = var.list
}

module "n" {
  source   = "./modules/m"
  required = "r"
  items    = [for i in var.list : merge(i, { size = coalesce(i.size, 9) })]
}

resource "aws_s3_bucket" "b" {
  bucket = var.maybe
  tags = {
    A = var.maybe
    B = try(var.maybe.nope, "fallback")
    C = can(tonumber("x")) ? "yes" : "no"
    D = coalesce(var.maybe, "default")
  }
}

resource "aws_sns_topic" "t" {
  name                        = var.maybe == null ? "unnamed" : var.maybe
  fifo_topic                  = null
  content_based_deduplication = false
}

output "m" {
  value = module.m
}

output "n" {
  value = [module.n.given, module.n.sizes]
}
