variable "password" {
  type      = string
  sensitive = true
  default   = "not-very-secret"
}

variable "tokens" {
  type      = map(string)
  sensitive = true
  default   = { a = "1", b = "2" }
}

resource "aws_db_instance" "db" {
  identifier           = "orders"
  allocated_storage    = 20
  engine               = "postgres"
  engine_version       = "16.3"
  instance_class       = "db.t4g.micro"
  username             = "app"
  password             = var.password
  skip_final_snapshot  = true
  storage_encrypted    = true
}

resource "aws_secretsmanager_secret" "s" {
  name = "orders"
  tags = { Length = length(var.password) > 3 ? "long" : "short", Plain = "yes" }
}

resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = jsonencode({ password = var.password, user = aws_db_instance.db.username })
}

resource "aws_ssm_parameter" "token" {
  for_each = nonsensitive(toset(keys(var.tokens)))
  name     = "/tokens/${each.key}"
  type     = "SecureString"
  value    = var.tokens[each.key]
}

resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::123456789012:role/f"
  handler       = "index.handler"
  runtime       = "python3.12"
  filename      = "f.zip"
  environment {
    variables = { PASSWORD = var.password, MODE = "x" }
  }
}

output "password" {
  value     = var.password
  sensitive = true
}

output "address" {
  value = aws_db_instance.db.address
}
