variable "prefix" {
  type = string
}

variable "environment" {
  type = string
}

locals {
  short = { dev = "d", stage = "s", prod = "p" }
}

output "prefix" {
  value = "${var.prefix}-${local.short[var.environment]}"
}
