variable "partner" {
  type = string
}

variable "tenant" {
  type = string
}

resource "aws_sqs_queue" "to_variable" {
  name = "to-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = ["800000000001", var.partner] }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "same_variable" {
  name                    = "same-variable"
  sqs_managed_sse_enabled = true
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = var.tenant }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_variable" {
  name = "beside-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = [var.tenant, "arn:aws:iam::900000000001:root"] }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "not_principal" {
  name = "not-principal"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", NotPrincipal = { AWS = var.partner }, Action = "sqs:*", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "denied" {
  name = "denied"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = { AWS = var.partner }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}
