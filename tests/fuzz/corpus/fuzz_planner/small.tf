variable "n" {
  default = ["a", "b"]
}
locals {
  x = { for i, v in var.n : v => i }
}
resource "fake_bucket" "a" {
  for_each = local.x
  name     = "n-${each.key}"
  tags     = { k = each.value }
  rule {
    size = each.value
  }
  lifecycle {
    ignore_changes = [tags["k"]]
  }
}
resource "fake_bucket" "b" {
  count = length(fake_bucket.a)
  name  = fake_bucket.a[var.n[count.index]].id
  dynamic "rule" {
    for_each = var.n
    content {
      size = rule.key
    }
  }
}
moved {
  from = fake_bucket.c
  to   = fake_bucket.b[0]
}
output "o" {
  value     = fake_bucket.b[*].name
  sensitive = true
}
