variable "name" {
  type = string
}

variable "durable" {
  type    = bool
  default = false
}

variable "key" {
  type    = string
  default = null
}

resource "aws_dynamodb_table" "t" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.durable
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = var.durable
  }
  dynamic "server_side_encryption" {
    for_each = var.key == null ? [] : [var.key]
    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}
