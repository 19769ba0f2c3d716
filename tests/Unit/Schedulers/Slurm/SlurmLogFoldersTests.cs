using System.Text;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmLogFoldersTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("slurm-%j.out", null, "/w")]
    [InlineData("/x.out", null, null)]
    [InlineData("/dev/null", null, null)]
    [InlineData("%x/%j.out", null, null, "train")]
    [InlineData("logs/%x/%j.out", null, null, "logs/train")]
    [InlineData("logs/%x/%A/%a.out", null, null, "logs/train")]
    [InlineData("/100%%/%x-%x/%j.out", null, null, "/100%/train-train")]
    [InlineData("/%j/x.out", null, null)]
    [InlineData("%x", null, "/w")]
    [InlineData("/a/b%j/c/d.out", null, null, "/a")]
    [InlineData("/my logs/é/%j.out", null, null, "/my logs/é")]
    [InlineData("logs/a.out", "logs/a.err", "/w/", "/w/logs")]
    [InlineData("out/a", "/err/b", "/w", "/w/out", "/err")]
    [InlineData("a\\%x/%j.out", null, null, "a%x")]
    public void Folders_are_those_of_the_paths(string? output, string? error, string? workFolder, params string[] folders) =>
        Assert.Equal(folders, SlurmLogFolders.Of(new() { Command = ["x"], Name = "train", Output = output, Error = error, WorkFolder = workFolder }));

    [Theory]
    [InlineData("#SBATCH --output=logs/%j.out", "logs")]
    [InlineData("#SBATCH -o logs/%j.out -elog2/x", "logs", "log2")]
    [InlineData("#SBATCH --outp \"my logs/%j.out\" # --error=no/x", "my logs")]
    [InlineData("#SBATCH --output='c d'/y", "c d")]
    [InlineData("# a remark\n\n#SBATCH -D /w\n#SBATCH -oq/x", "/w/q")]
    [InlineData("echo\n#SBATCH --output=logs/x")]
    [InlineData(" #SBATCH --output=logs/x")]
    public void A_script_may_say_its_own(string lines, params string[] folders) => Assert.Equal(folders, SlurmLogFolders.Of(Script(lines)));

    [Theory]
    [InlineData("#SBATCH -J of-script", null, "l/of-script")]
    [InlineData("#SBATCH -J of-script", "mine", "l/mine")]
    [InlineData("", null, "l/run.sh")]
    public void The_name_in_them_is_the_one_the_job_gets(string lines, string? name, string folder) =>
        Assert.Equal([folder], SlurmLogFolders.Of(Script(lines) with { Name = name, ScriptName = "run.sh", Output = "l/%x/%j.out" }));

    [Fact]
    public void The_request_wins_over_the_script() =>
        Assert.Equal(["b", "c"], SlurmLogFolders.Of(Script("#SBATCH -oa/x\n#SBATCH -ea/x") with { Output = "b/x", AdditionalArguments = ["--error=c/x"] }));

    private static SlurmJobRequest Script(string lines) => new() { Script = Encoding.UTF8.GetBytes($"#!/bin/bash\n{lines}\n") };
}
