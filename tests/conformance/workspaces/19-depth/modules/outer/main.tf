variable "name" {
  type = string
}

variable "parts" {
  type = list(string)
}

module "inner" {
  source = "./modules/inner"
  count  = length(var.parts)
  name   = "${var.name}-${var.parts[count.index]}"
}

output "names" {
  value = { for i, m in module.inner : "${var.name}${i}" => m.name }
}

output "inner" {
  value = module.inner
}
