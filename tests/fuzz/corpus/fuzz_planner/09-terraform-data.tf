resource "terraform_data" "plain" {}

resource "terraform_data" "values" {
  input = {
    list   = [1, 2.5, "three", null]
    object = { a = true }
  }
  triggers_replace = ["v1", 2]
}

resource "terraform_data" "chain" {
  count = 2
  input = terraform_data.values.output
}

resource "fake_bucket" "p" {
  name  = "/p"
  type  = "String"
  value = jsonencode(terraform_data.values.input)
  lifecycle {
    replace_triggered_by = [terraform_data.values]
    ignore_changes       = [tags]
  }
}

output "big" {
  value = 12345678901234567890123
}

output "third" {
  value = 1 / 3
}

output "chain" {
  value = terraform_data.chain[0].id
}
