resource "aws_db_instance" "plain" {
  identifier                  = "plain"
  engine                      = "mysql"
  instance_class              = "db.t3.micro"
  allocated_storage           = 20
  username                    = "app"
  manage_master_user_password = true
  final_snapshot_identifier   = "plain-final"
}

resource "aws_db_instance" "good" {
  identifier                          = "good"
  engine                              = "postgres"
  instance_class                      = "db.m6g.large"
  allocated_storage                   = 100
  username                            = "app"
  manage_master_user_password         = true
  auto_minor_version_upgrade          = true
  backup_retention_period             = 14
  deletion_protection                 = true
  storage_encrypted                   = true
  skip_final_snapshot                 = false
  final_snapshot_identifier           = "good-final"
  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  multi_az                            = true
  publicly_accessible                 = false
}

resource "aws_db_instance" "bad" {
  identifier                          = "bad"
  engine                              = "mysql"
  instance_class                      = "db.t3.micro"
  allocated_storage                   = 20
  username                            = "app"
  manage_master_user_password         = true
  auto_minor_version_upgrade          = false
  backup_retention_period             = 1
  deletion_protection                 = false
  storage_encrypted                   = false
  skip_final_snapshot                 = true
  iam_database_authentication_enabled = false
  enabled_cloudwatch_logs_exports     = []
  multi_az                            = false
  publicly_accessible                 = true
}
