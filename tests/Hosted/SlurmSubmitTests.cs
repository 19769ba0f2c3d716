using System.Management.Automation;
using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

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

    [Fact]
    public void When_one_of_several_arrays_is_refused_it_is_said_which_tasks_have_jobs()
    {
        // The second reaches a limit on what a user may submit.
        Site("limited", folder => $"mkdir {folder}/first 2>/dev/null && exec {RigFiles.Find("sbatch")} \"$@\"\necho 'sbatch: error: QOSMaxSubmitJobPerUserLimit' >&2\nexit 1");
        using var home = new Variables(("GPUOPS_CONFIG_HOME", _store.Folder));
        using var session = Open();
        var outcome = session.Run("1..2005 | Submit-SlurmJob -Backend limited -AsArray -Wait -AdditionalArgument --hold -OutputPath /dev/null -- true");
        var error = outcome.Fails("SlurmRefused", ErrorCategory.InvalidArgument);
        var job = Assert.Single(outcome.Output).Properties["Id"].Value;
        Assert.EndsWith(
            $"QOSMaxSubmitJobPerUserLimit. That was 1002 to 2002 of the 2005 tasks piped in. Not sent after it: 2003 to 2005. Submitted before: 1 to 1001 as job {job}.",
            error.Exception.Message, StringComparison.Ordinal);
        session.Run($"'{job}' | Stop-SlurmJob").Clean();
    }

    [Theory]
    [InlineData("[pscustomobject]@{ lr = 1 } | Submit-SlurmJob -- python train.py", "ArgumentNotText")]
    [InlineData("1, @{ lr = 1 } | Submit-SlurmJob -AsArray -- python train.py", "ArgumentNotText")]
    [InlineData("1 | Submit-SlurmJob -ArgumentList { $_.none } -- python train.py", "ArgumentNotText")]
    [InlineData("Submit-SlurmJob -AsArray -- true", "SlurmArrayWithoutInput")]
    [InlineData("1 | Submit-SlurmJob -AsArray -Array 0-3 -- true", "InvalidSlurmArray")]
    [InlineData("Submit-SlurmJob -ArrayLimit 3 -- true", "InvalidSlurmArray")]
    public void What_is_no_argument_is_refused_before_anything_is_submitted(string script, string id)
    {
        using var session = Open();
        session.Runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", new DefaultParameterDictionary { ["Submit-SlurmJob:Name"] = "refused" });
        session.Run(script).Fails(id, ErrorCategory.InvalidArgument);
        Assert.Empty(session.Read("Get-SlurmJob -Name refused"));
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
        session.Run("'a b', 'c' | Submit-SlurmJob -AsArray -ArrayLimit 1 -Name unseen -WhatIf -- echo").Clean();
        var said = string.Join('\n', session.Host.Lines);
        Assert.Contains("--array=0-1%1", said, StringComparison.Ordinal);
        Assert.Contains("0) set -- 'a b' ;;", said, StringComparison.Ordinal);
        Assert.Empty(session.Read("Get-SlurmJob -Name unseen"));
    }

    [Theory]
    [InlineData("-Node 2-4", "--nodes=2-4")]
    [InlineData("-Task 8 -TasksPerNode 4", "--ntasks=8 --ntasks-per-node=4")]
    [InlineData("-Gpu a100:2", "--gpus=a100:2")]
    [InlineData("-GpusPerNode 2", "--gpus-per-node=2")]
    [InlineData("-GpusPerTask 1 -Task 2", "--gpus-per-task=1")]
    [InlineData("-Gres gpu:a100:3", "--gres=gpu:a100:3")]
    [InlineData("-CpusPerTask 6", "--cpus-per-task=6")]
    [InlineData("-Gpu 1 -CpusPerGpu 4", "--cpus-per-gpu=4")]
    [InlineData("-Memory 4GB", "--mem=4096M")]
    [InlineData("-MemoryPerCpu 700MB", "--mem-per-cpu=700M")]
    [InlineData("-Gpu 1 -MemoryPerGpu 2GB", "--mem-per-gpu=2048M")]
    [InlineData("-Time 90m -Partition cpu", "--time=01:30:00 --partition=cpu")]
    [InlineData("-Account lab -Qos high", "--account=lab --qos=high")]
    [InlineData("-Constraint nvlink -NodeList gpu01 -Exclude gpu03", "--constraint=nvlink --nodelist=gpu01 --exclude=gpu03")]
    [InlineData("-Exclusive -Reservation class -License matlab:2", "--exclusive --reservation=class --licenses=matlab:2")]
    [InlineData("-BeginTime 2031-02-03T04:05:06", "--begin=2031-02-03T04:05:06")]
    [InlineData("-DependsOn 7, 8 -DependencyType AfterAny -KillOnInvalidDependency", "--dependency=afterany:7:8 --kill-on-invalid-dep=yes")]
    [InlineData("-DependsOn 7 -KillOnInvalidDependency:$false", "--dependency=afterok:7 --kill-on-invalid-dep=no")]
    [InlineData("-Array 0-9 -ArrayLimit 2", "--array=0-9%2")]
    [InlineData("-Requeue", "--requeue")]
    [InlineData("-Requeue:$false", "--no-requeue")]
    [InlineData("-Signal B:USR1@120 -OpenMode Append", "--signal=B:USR1@120 --open-mode=append")]
    [InlineData("-OutputPath o.out -ErrorPath e.err -WorkingDirectory /usr/share", "--output=o.out --error=e.err --chdir=/usr/share")]
    [InlineData("-MailUser ann@example.org -MailType END, FAIL", "--mail-user=ann@example.org --mail-type=END,FAIL")]
    [InlineData("-AdditionalArgument --spread-job", "--spread-job")]
    public void Each_wish_has_a_parameter_that_reaches_sbatch(string parameters, string options)
    {
        using var session = Open();
        session.Run($"Submit-SlurmJob {parameters} -WhatIf -- true").Clean();
        var said = string.Join('\n', session.Host.Lines).Split([' ', '\n', '\''], StringSplitOptions.RemoveEmptyEntries);
        Assert.Subset(said.ToHashSet(), options.Split(' ').ToHashSet());
    }

    [Fact]
    public void The_defaults_of_the_backend_reach_Slurm_and_what_a_job_says_is_stronger()
    {
        using var home = new Variables(("GPUOPS_CONFIG_HOME", _store.Folder));
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), """
            backends:
              hpc:
                uri: 'slurm:'
                defaults:
                  partition: gpu
                  gpusPerNode: 2
                  cpusPerTask: 3
                  memory: 2GB
                  time: 3h
                  logFolder: own logs
                  variables:
                    HF_HOME: it's /data/hf
            """);
        using var session = Open();
        session.Run("Submit-SlurmJob -Name given -AdditionalArgument --hold -- true; Submit-SlurmJob -Name said -Gpu 1 -MemoryPerGpu 1GB -Time 5m -AdditionalArgument --hold -- true").Clean();
        var given = Slurms("given");
        Assert.All((string[])["Partition=gpu", "TresPerNode=gres:gpu:2", "CPUs/Task=3", "MinMemoryNode=2G", "TimeLimit=03:00:00", "/own logs/given-"], it => Assert.Contains(it, given, StringComparison.Ordinal));
        var said = Slurms("said");
        Assert.All((string[])["TresPerJob=gres:gpu:1", "MemPerTres=gres:gpu:1024", "TimeLimit=00:05:00"], it => Assert.Contains(it, said, StringComparison.Ordinal));
        Assert.DoesNotContain("TresPerNode", said, StringComparison.Ordinal);
        session.Run("Get-SlurmJob | Stop-SlurmJob").Clean();
        session.Run($"Submit-SlurmJob -Name var -GpusPerNode 1 -OutputPath var.out -- printenv HF_HOME | Wait-SlurmJob {Quietly}").Clean();
        Assert.Equal("it's /data/hf\n", Log("var.out"));
        session.Run("Submit-SlurmJob -WhatIf -- true").Clean();
        Assert.Contains("--mem=2048M", string.Join('\n', session.Host.Lines), StringComparison.Ordinal);

        string Slurms(string name)
        {
            var id = session.Read($"(Get-SlurmJob -Name {name}).Id").Single();
            return cluster.Rig.RunAsync("scontrol", "show", "job", id).GetAwaiter().GetResult().Output;
        }
    }

    [Fact]
    public void As_a_job_it_ends_when_it_is_over_and_gives_what_became_of_it()
    {
        using var session = Open();
        Assert.Equal(["Completed 0", "Completed", "Failed", "SlurmJobFailed", "3", "False"], session.Read("""
            $good = Submit-SlurmJob -Name good -AsJob -Interval 1s -OutputPath /dev/null -WarningAction Ignore -- true
            $bad = Submit-SlurmJob -Name bad -AsJob -Interval 1s -OutputPath /dev/null -WarningAction Ignore -- sh -c 'exit 3'
            $null = Wait-Job $good, $bad -Timeout 120
            Receive-Job $good | ForEach-Object { "$($_.State) $($_.ExitCode)" }
            (Get-Job good).State
            $bad.State
            $bad.Error[0].FullyQualifiedErrorId
            $bad.SlurmJob.ExitCode
            $good.HasMoreData
            Remove-Job $good, $bad
            """));
    }

    [Fact]
    public void Stopping_the_job_cancels_the_clusters_and_closing_the_session_does_not()
    {
        using var session = Open();
        var ids = session.Read("""
            $stopped, $left = 1..2 | Submit-SlurmJob -AsJob -Interval 5s -OutputPath /dev/null -- sleep 600
            $stopped.SlurmJob.Id; $left.SlurmJob.Id
            Stop-Job $stopped
            """);
        Assert.Equal("Stopped", session.Read("$stopped.State").Single());
        using var other = Open();
        Assert.Equal("Cancelled", other.Read($"(Wait-SlurmJob {ids[0]} {Quietly} -ErrorAction Ignore).State").Single());
        session.Dispose();
        Assert.Matches("Pending|Running|Configuring", other.Read($"(Get-SlurmJob {ids[1]}).State").Single());
        other.Run($"Stop-SlurmJob {ids[1]}").Clean();
    }

    [Fact]
    public void Several_are_waited_for_together()
    {
        using var session = Open();
        var jobs = session.Run("1..3 | Submit-SlurmJob -Wait -Interval 1s -WarningAction Ignore -OutputPath /dev/null -- true").Clean().Output;
        Assert.Equal(3, jobs.Count);
        Assert.All(jobs, job => Assert.Equal("Completed", job.Properties["State"].Value.ToString()));
        session.Run("1 | Submit-SlurmJob -Wait -AsJob -- true").Fails("WaitAndAsJob", ErrorCategory.InvalidArgument);
        session.Run("Submit-SlurmJob -Wait -Interval 5s -Timeout 300ms -AdditionalArgument --hold -- true").Fails("SlurmWaitTimeout", ErrorCategory.OperationTimeout);
        session.Run("Get-SlurmJob | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void What_was_changed_comes_out_as_it_is_then()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -Name passed -OutputPath /dev/null -AdditionalArgument --hold -- sleep 600").Clean();
        Assert.Empty(session.Read("$job | Suspend-SlurmJob"));
        Assert.Equal("passed Pending 0", session.Read("$job | Suspend-SlurmJob -PassThru | ForEach-Object { \"$($_.Name) $($_.State) $($_.Priority)\" }").Single());
        Assert.Equal("True", session.Read("($job | Resume-SlurmJob -PassThru).Priority -gt 0").Single());
        session.Run($"$job | Wait-SlurmJob -State Running {Quietly}").Clean();
        Assert.Equal("1", session.Read("($job | Restart-SlurmJob -PassThru).RestartCount").Single());
        Assert.Matches("Cancelled|Completing", session.Read("($job | Stop-SlurmJob -PassThru).State").Single());
        session.Run("4000000 | Stop-SlurmJob -PassThru").Fails("SlurmJobNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Stopping_a_submission_takes_the_job_back()
    {
        // The site's sbatch takes the job, and then takes its time to say so.
        var taken = Path.Combine(_store.Folder, "taken");
        Site("slow", _ => $"id=$({RigFiles.Find("sbatch")} \"$@\") || exit\ntouch {taken}\nsleep 600\necho $id");
        using var home = new Variables(("GPUOPS_CONFIG_HOME", _store.Folder));
        using var session = Open();
        using (var submitting = session.Start("Submit-SlurmJob -Backend slow -Name unwanted -OutputPath /dev/null -AdditionalArgument --hold -- true"))
        {
            Wait.Until(() => File.Exists(taken), "sbatch has taken the job");
            Assert.InRange(submitting.Stop(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }

        Wait.Until(() => session.Read("Get-SlurmJob -Backend slurm: -Name unwanted").Count == 0, "the job is cancelled");
        Assert.Equal("Cancelled", session.Read("(Get-SlurmJob -Backend slurm: -Name unwanted -Since 1h).State").Single());
    }

    [Fact]
    public void A_job_that_came_out_stays_when_the_command_behind_it_is_stopped()
    {
        var session = Open();
        var heard = Path.Combine(cluster.Rig.WorkFolder, "heard");
        using (var submitting = session.Start($"1..3 | Submit-SlurmJob -Name heard -OutputPath /dev/null -AdditionalArgument --hold -- true | ForEach-Object {{ [IO.File]::WriteAllText('{heard}.new', $_.Id); [IO.File]::Move('{heard}.new', '{heard}'); while ($true) {{ [Threading.Thread]::Sleep(10) }} }}"))
        {
            Wait.Until(() => File.Exists(heard), "the first job has come out");
            submitting.Stop();
        }

        // What is taken back is taken back before the session is closed.
        session.Dispose();
        Assert.Equal([Log("heard")], Left("heard"));
    }

    [Fact]
    public void Of_jobs_of_which_one_is_enough_the_others_are_taken_back()
    {
        var session = Open();
        var first = session.Read("(1..3 | Submit-SlurmJob -Name enough -OutputPath /dev/null -AdditionalArgument --hold -- true | Select-First).Id");
        session.Dispose();
        Assert.Equal(first, Left("enough"));
    }

    /// <summary>A backend of a site with an sbatch of its own.</summary>
    private void Site(string name, Func<string, string> sbatch)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cluster.Rig.WorkFolder, name)).FullName;
        foreach (var program in (string[])["squeue", "scancel", "sacct", "scontrol"])
        {
            File.CreateSymbolicLink(Path.Combine(folder, program), RigFiles.Find(program)!);
        }

        File.WriteAllText(Path.Combine(folder, "sbatch"), $"#!/bin/sh\n{sbatch(folder)}\n");
        Assert.Equal(0, Child.Run("chmod", "+x", Path.Combine(folder, "sbatch")).ExitCode);
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), $"backends:\n  {name}:\n    uri: 'slurm:'\n    commandFolder: {folder}\n");
    }

    /// <summary>The ids of the jobs of a name that wait, which are cancelled then.</summary>
    private IReadOnlyList<string> Left(string name)
    {
        using var session = Open();
        var left = session.Read($"($jobs = Get-SlurmJob -Name {name}).Id");
        session.Run("$jobs | Stop-SlurmJob").Clean();
        return left;
    }

    private string Log(string file) => File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, file));

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}
