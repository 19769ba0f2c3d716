using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What Submit-SlurmJob makes of what it is given, against a real cluster on this host.</summary>
[Collection(Alone.Name)]
public sealed class SlurmSubmitTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Quietly = "-Interval 1s -Timeout 2m -WarningAction SilentlyContinue";

    private readonly Store _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void What_is_piped_in_goes_out_as_one_array_and_each_task_gets_its_own_words()
    {
        using var session = Open();
        string[] words = ["it's \"$HOME\" `id` \\ *", "two\r\nlines\tÜ 🙂", "", "#SBATCH -J evil", "--", "{}"];
        var jobs = session.Run(
            "param($words) $words | Submit-SlurmJob -AsArray -Name many -OutputPath task-%a.out -- printf '%s|' first",
            [words]).Clean().Output;
        var job = Assert.Single(jobs);
        Assert.Equal("many", job.Properties["Name"].Value);
        Assert.Equal(words.Length, session.Run($"'{job.Properties["Id"].Value}' | Wait-SlurmJob {Quietly}").Clean().Output.Count);
        for (var task = 0; task < words.Length; task++)
        {
            Assert.Equal($"first|{words[task]}|", Log($"task-{task}.out"));
        }
    }

    [Fact]
    public void A_block_says_what_of_a_thing_is_meant_and_without_an_array_each_is_a_job()
    {
        using var session = Open();
        const string rows = "$rows = [pscustomobject]@{ lr = '0.1'; seed = 1 }, [pscustomobject]@{ lr = 0.2; seed = 2 };";
        session.Run($"{rows} $one = $rows | Submit-SlurmJob -AsArray -OutputPath row-%a.out -ArgumentList {{ '--lr', $_.lr, \"--seed=$($_.seed)\" }} -- echo train.py").Clean();
        session.Run("$two = $rows | Submit-SlurmJob -OutputPath own-%j.out -ArgumentList { $_.lr } -- echo train.py --lr").Clean();
        Assert.Equal("1 2", session.Read("\"$($one.Count) $($two.Count)\"").Single());
        session.Run($"$one, $two | Wait-SlurmJob {Quietly}").Clean();
        Assert.Equal("train.py --lr 0.2 --seed=2\n", Log("row-1.out"));
        Assert.Equal("train.py --lr 0.1\n", Log($"own-{session.Read("$two[0].Id").Single()}.out"));
    }

    [Fact]
    public void More_tasks_than_the_cluster_takes_are_several_arrays()
    {
        using var session = Open();
        Assert.Equal(["2", "1001", "201"], session.Read("""
            $jobs = 1..1202 | Submit-SlurmJob -AsArray -AdditionalArgument --hold -OutputPath /dev/null -- true
            $jobs.Count
            $jobs | ForEach-Object { @(Get-SlurmJob $_.Id -Expand).Count }
            """));
        session.Run("$jobs | Stop-SlurmJob").Clean();
    }

    [Theory]
    [InlineData("[pscustomobject]@{ lr = 1 } | Submit-SlurmJob -- python train.py", "SlurmArgumentNotText")]
    [InlineData("1, @{ lr = 1 } | Submit-SlurmJob -AsArray -- python train.py", "SlurmArgumentNotText")]
    [InlineData("1 | Submit-SlurmJob -ArgumentList { $_.none } -- python train.py", "SlurmArgumentNotText")]
    [InlineData("Submit-SlurmJob -AsArray -- true", "SlurmArrayWithoutInput")]
    [InlineData("1 | Submit-SlurmJob -AsArray -Array 0-3 -- true", "InvalidSlurmArray")]
    [InlineData("Submit-SlurmJob -ArrayLimit 3 -- true", "InvalidSlurmArray")]
    public void What_is_no_argument_is_refused_before_anything_is_submitted(string script, string id)
    {
        using var session = Open();
        session.Run(script).Fails(id, ErrorCategory.InvalidArgument);
        Assert.Empty(session.Read("Get-SlurmJob"));
    }

    [Fact]
    public void Scripts_found_by_others_are_submitted_each()
    {
        using var session = Open();
        File.WriteAllText(Path.Combine(cluster.Rig.WorkFolder, "found.sh"), "#!/bin/bash\necho \"found $# $0\" >found.out\n");
        session.Run($"[IO.FileInfo]'{cluster.Rig.WorkFolder}/found.sh' | Submit-SlurmJob -OutputPath /dev/null | Wait-SlurmJob {Quietly}").Clean();
        Assert.StartsWith("found 0 ", Log("found.out"), StringComparison.Ordinal);
        session.Run($"[IO.FileInfo]'{cluster.Rig.WorkFolder}/found.sh' | Submit-SlurmJob -OutputPath item.out -- echo | Wait-SlurmJob {Quietly}").Clean();
        Assert.Equal($"{cluster.Rig.WorkFolder}/found.sh\n", Log("item.out"));
    }

    [Fact]
    public void An_array_is_shown_whole_and_nothing_is_submitted()
    {
        using var session = Open();
        session.Run("'a b', 'c' | Submit-SlurmJob -AsArray -ArrayLimit 1 -WhatIf -- echo").Clean();
        var said = string.Join('\n', session.Host.Lines);
        Assert.Contains("--array=0-1%1", said, StringComparison.Ordinal);
        Assert.Contains("0) set -- 'a b' ;;", said, StringComparison.Ordinal);
        Assert.Empty(session.Read("Get-SlurmJob"));
    }

    private string Log(string file) => File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, file));

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}
