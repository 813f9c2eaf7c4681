resource "aws_kms_key" "data" {
  description             = "Customer data"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
