variable "length" {
  type    = string
  default = "14"
}

resource "aws_iam_account_password_policy" "p" {
  count                     = 1
  minimum_password_length   = var.length
  password_reuse_prevention = 24
}
