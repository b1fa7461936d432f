from app.compute.local import preload


def test_files_go_and_directories_worth_keeping_stay(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    keep = preload.directories(tmp_path)
    (tmp_path / "kept" / "run" / "deeper").mkdir(parents=True)
    (tmp_path / "kept" / "run" / "deeper" / "draws.csv").touch()
    preload.empty(tmp_path, keep)
    assert list(tmp_path.rglob("*")) == [tmp_path / "kept"]


def test_links_go_but_not_what_they_point_to(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").touch()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    preload.empty(tmp_path / "inside")
    assert list((tmp_path / "inside").iterdir()) == []
    assert (tmp_path / "outside" / "precious").exists()
