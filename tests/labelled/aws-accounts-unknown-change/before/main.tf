variable "partner" {
  type = string
}

variable "tenant" {
  type = string
}

resource "aws_sqs_queue" "same_variable" {
  name = "same-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = var.tenant }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_variable" {
  name = "beside-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = [var.tenant] }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "not_principal" {
  name = "not-principal"
}

resource "aws_sqs_queue" "denied" {
  name = "denied"
}

resource "aws_sqs_queue" "to_variable" {
  name = "to-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "800000000001" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}
