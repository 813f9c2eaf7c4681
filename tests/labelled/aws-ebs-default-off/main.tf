variable "on" {
  default = false
}

resource "aws_ebs_encryption_by_default" "d" {
  enabled = var.on
}
