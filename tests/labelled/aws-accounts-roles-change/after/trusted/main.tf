variable "name" {
  type = string
}

variable "accounts" {
  type = list(string)
}

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = [for a in var.accounts : "arn:aws:iam::${a}:root"] }
    }]
  })
}
