resource "aws_kms_key" "kept" {
  description         = "payments"
  enable_key_rotation = true
}

resource "aws_kms_key" "counted" {
  count       = 1
  description = "shard ${count.index}"
}
