resource "aws_kms_key" "plain" {
  description = "plain"
}

resource "aws_kms_key_policy" "separate" {
  key_id = aws_kms_key.plain.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Resource = "*", Principal = "*" }]
  })
}

resource "aws_kms_key" "rotated" {
  description         = "rotated"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "kms:*"
      Resource  = "*"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
    }]
  })
}

resource "aws_kms_key" "off" {
  description         = "off"
  enable_key_rotation = false
}

resource "aws_kms_key" "rsa" {
  description              = "rsa"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_2048"
}

resource "aws_kms_key" "open" {
  description         = "open"
  enable_key_rotation = true
  policy              = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "root", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
     "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
    {"Sid": "use", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
     "Principal": {"AWS": "*"}}
  ]
}
EOT
}

data "aws_iam_policy_document" "k" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_kms_key" "docopen" {
  description         = "docopen"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.k.json
}

resource "aws_kms_key" "viaservice" {
  description         = "viaservice"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Principal = { AWS = "*" }
      Condition = { StringEquals = {
        "kms:CallerAccount" = "123456789012"
        "kms:ViaService"    = "s3.eu-west-1.amazonaws.com"
      } }
    }]
  })
}
