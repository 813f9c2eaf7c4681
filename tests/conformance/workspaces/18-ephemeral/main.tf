variable "token" {
  type      = string
  ephemeral = true
  default   = "t"
}

resource "aws_secretsmanager_secret" "s" {
  name = "s"
}

resource "aws_secretsmanager_secret_version" "s" {
  secret_id                = aws_secretsmanager_secret.s.id
  secret_string_wo         = var.token
  secret_string_wo_version = 1
}

resource "aws_ssm_parameter" "p" {
  name             = "/p"
  type             = "SecureString"
  value_wo         = var.token
  value_wo_version = 3
}

output "version" {
  value = aws_ssm_parameter.p.value_wo_version
}
