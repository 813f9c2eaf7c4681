variable "name" {
  type = string
}

variable "deny_insecure" {
  type    = bool
  default = false
}

variable "readers" {
  type    = list(string)
  default = []
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = var.deny_insecure ? [1] : []
    content {
      sid       = "DenyInsecure"
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = ["arn:aws:s3:::${var.name}", "arn:aws:s3:::${var.name}/*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
      condition {
        test     = "Bool"
        variable = "aws:SecureTransport"
        values   = ["false"]
      }
    }
  }
  dynamic "statement" {
    for_each = length(var.readers) > 0 ? [1] : []
    content {
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::${var.name}/*"]
      principals {
        type        = "AWS"
        identifiers = var.readers
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}
