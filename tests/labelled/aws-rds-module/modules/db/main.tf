variable "name" {}
variable "public" {
  type = bool
}
variable "zones" {
  type = number
}
variable "days" {
  type = number
}

resource "aws_db_instance" "this" {
  identifier                  = "db-${var.name}"
  engine                      = "postgres"
  instance_class              = "db.t3.micro"
  allocated_storage           = 20
  username                    = "app"
  manage_master_user_password = true
  skip_final_snapshot         = true
  storage_encrypted           = true
  publicly_accessible         = var.public
  multi_az                    = var.zones > 1
  backup_retention_period     = var.days
}
