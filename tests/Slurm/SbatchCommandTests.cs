using System.Text;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>What a real sbatch makes of requests, and what arrives in their jobs.</summary>
public sealed class SbatchCommandTests(SlurmCluster cluster) : IAsyncDisposable
{
    private static readonly string[] Hostile =
    [
        "a b", "", "'", "\"", "$HOME", "`id`", "$(id)", "a\nb", "\r\n", "漢😀é", "-n", "--parsable", "--", "*", "~", "!!", "\\", "\t", "\u001b[31m",
        "x\n#SBATCH --job-name=evil\n#PBS -N evil\n#BSUB -J evil\n", "{{ x }}", "%j", "::", ": ", "a:b",
    ];

    private static readonly SlurmJobRequest Held = new() { Command = ["true"], AdditionalArguments = ["-H"] };

    private readonly LocalChannel _channel = new();

    private SlurmRig Rig => cluster.Rig;

    /// <summary>A request, and what Slurm then says of the job.</summary>
    public static TheoryData<string, SlurmJobRequest> Accepted { get; } = new()
    {
        { "JobName=Übung 1 漢", Held with { Name = "Übung 1 漢" } },
        { "NumNodes=2-4", With(new() { Nodes = "2-4" }) },
        { "NumTasks=8", With(new() { Tasks = 8 }) },
        { "NtasksPerN:B:S:C=4:", With(new() { TasksPerNode = 4 }) },
        { "TresPerJob=gres:gpu:a100:2", With(new() { Gpus = "a100:2" }) },
        { "TresPerNode=gres:gpu:2", With(new() { GpusPerNode = "2" }) },
        { "TresPerTask=gres:gpu:a100:1", With(new() { GpusPerTask = "a100:1", Tasks = 2 }) },
        { "TresPerNode=gres:gpu:a100:3", With(new() { Gres = "gpu:a100:3" }) },
        { "CPUs/Task=6", With(new() { CpusPerTask = 6 }) },
        { "CpusPerTres=gres:gpu:4", With(new() { CpusPerGpu = 4, Gpus = "1" }) },
        { "MinMemoryNode=4G", With(new() { MemoryPerNode = 4L << 30 }) },
        { "MinMemoryNode=1501M", With(new() { MemoryPerNode = (1500L << 20) + 1 }) },
        { "MinMemoryNode=0", With(new() { MemoryPerNode = 0 }) },
        { "MinMemoryCPU=700M", With(new() { MemoryPerCpu = 700L << 20 }) },
        { "MemPerTres=gres:gpu:900", With(new() { MemoryPerGpu = 900L << 20, Gpus = "1" }) },
        { "TimeLimit=02:04:00", With(new() { TimeLimit = new TimeSpan(0, 2, 3, 4, 1) }) },
        { "TimeLimit=UNLIMITED", With(new() { TimeLimit = Timeout.InfiniteTimeSpan, Partition = "cpu" }) },
        { "Partition=cpu", With(new() { Partition = "cpu" }) },
        { "Account=rig", With(new() { Account = "rig" }) },
        { "QOS=normal", With(new() { Qos = "normal" }) },
        { "ReqNodeList=gpu[01-02]", With(new() { NodeList = "gpu[01-02]" }) },
        { "ExcNodeList=gpu03", With(new() { Exclude = "gpu03" }) },
        { "OverSubscribe=NO", With(new() { Exclusive = SlurmExclusive.Everybody }) },
        { "OverSubscribe=USER", With(new() { Exclusive = SlurmExclusive.OtherUsers }) },
        { "OverSubscribe=MCS", With(new() { Exclusive = SlurmExclusive.OtherLabels }) },
        { "EligibleTime=2031-02-03T04:05:06", Held with { Begin = new DateTime(2031, 2, 3, 4, 5, 6), AdditionalArguments = [] } },
        {
            $"EligibleTime={new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc).ToLocalTime():yyyy-MM-ddTHH:mm:ss}",
            Held with { Begin = new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc), AdditionalArguments = [] }
        },
        { "Dependency=singleton", Held with { Name = "one", Dependencies = [new(SlurmDependencyType.Singleton)] } },
        { "ArrayTaskId=1,3,5,7,9", Held with { Array = "1,3,5-9:2" } },
        { "ArrayTaskThrottle=2", Held with { Array = "0-9%2" } },
        { "Requeue=1", Held with { Requeue = true } },
        { "Requeue=0", Held with { Requeue = false } },
        { "StdErr=/tmp/my e", Held with { Error = "/tmp/my e" } },
        { "StdOut=/tmp/my o", Held with { Output = "/tmp/my o", OpenMode = SlurmOpenMode.Append } },
        { "StdOut=/tmp/my o", Held with { Output = "/tmp/my o", OpenMode = SlurmOpenMode.Truncate } },
        { "WorkDir=/usr/share", Held with { WorkFolder = "/usr/share" } },
        { "MailUser=ann@example.org", Held with { MailUser = "ann@example.org", MailTypes = ["END", "FAIL"] } },
        { "MailType=END,FAIL", Held with { MailUser = "ann@example.org", MailTypes = ["END", "FAIL"] } },
        { "Comment=a 'b' $c | d", Held with { Comment = "a 'b' $c | d" } },
        { "Nice=100", Held with { AdditionalArguments = ["-H", "--nice=100"] } },
        { "Command=(null)", Held with { Signal = "B:USR1@120" } },
    };

    /// <summary>A request, and the words with which Slurm refuses it here.</summary>
    public static TheoryData<string, SlurmJobRequest> Refused { get; } = new()
    {
        { "invalid partition specified: nope", With(new() { Partition = "nope" }) },
        { "Invalid feature specification", With(new() { Constraint = "a100&nvlink" }) },
        { "Invalid license specification", With(new() { Licenses = "matlab:2" }) },
        { "Requested reservation is invalid", With(new() { Reservation = "class" }) },
        { "Invalid node name specified", With(new() { NodeList = "moon" }) },
        { "Requested node configuration is not available", Now(new() { GpusPerNode = "h100:1" }) },
        { "Memory specification can not be satisfied", Now(new() { MemoryPerNode = 9L << 40 }) },
        { "Invalid generic resource (gres) specification", Now(new() { Gres = "banana:1" }) },
        { "Invalid job array specification", Held with { Array = "0-5000000" } },
        { "Invalid --mail-type specification", Held with { MailTypes = ["NOPE"] } },
        { "Invalid --signal specification", Held with { Signal = "NOPE" } },
        { "unrecognized option '--no-such'", Held with { AdditionalArguments = ["--no-such"] } },
    };

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    [Theory]
    [MemberData(nameof(Accepted), DisableDiscoveryEnumeration = true)]
    public async Task Slurm_understands_each_wish(string told, SlurmJobRequest request)
    {
        var id = await SubmitAsync(request);
        var text = (await Rig.RunAsync("scontrol", "show", "job", id)).Output;
        await Rig.RunAsync("scancel", id);
        Assert.Contains(told, text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Slurm_refuses_in_its_own_words(string words, SlurmJobRequest request)
    {
        var result = await SbatchAsync(SbatchCommand.From(request));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(words, result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dependencies_of_every_type_are_understood()
    {
        var other = SlurmJobId.Parse(await SubmitAsync(Held with { Array = "0-3" }));
        foreach (var type in Enum.GetValues<SlurmDependencyType>().Where(type => type != SlurmDependencyType.Singleton))
        {
            var id = await SubmitAsync(Held with { Array = "0-3", Dependencies = [new(type, other)], KillOnInvalidDependency = true });
            Assert.Contains($"Dependency={type.ToString().ToLowerInvariant()}:{other}", (await Rig.RunAsync("scontrol", "show", "job", id)).Output, StringComparison.Ordinal);
            await Rig.RunAsync("scancel", id);
        }

        await SubmitAsync(Held with { Dependencies = [new(SlurmDependencyType.AfterOk, SlurmJobId.Parse($"{other}_[1,3]")), new(SlurmDependencyType.Singleton)] });
        await Rig.RunAsync("scancel", "--user=root");
    }

    [Fact]
    public async Task A_reservation_is_used()
    {
        await Rig.RunAsync("scontrol", "create", "reservation", "ReservationName=class", "StartTime=now+1hour", "Duration=60", "Users=root", "Nodes=gpu04");
        var id = await SubmitAsync(With(new() { Reservation = "class" }));
        Assert.Contains("Reservation=class", (await Rig.RunAsync("scontrol", "show", "job", id)).Output, StringComparison.Ordinal);
        await Rig.RunAsync("scancel", id);
        await Rig.RunAsync("scontrol", "delete", "ReservationName=class");
    }

    [Fact]
    public async Task Words_of_a_command_arrive_byte_for_byte()
    {
        var request = new SlurmJobRequest { Name = "hostile", Command = ["/usr/bin/printf", "%s\\0", ":", .. Hostile], Output = "my logs/%x/%j.out", WorkFolder = Rig.WorkFolder };
        var command = SbatchCommand.From(request);
        Assert.Equal([$"{Rig.WorkFolder}/my logs/hostile"], command.LogFolders);
        Directory.CreateDirectory(command.LogFolders[0]);
        var id = await CompleteAsync(request);
        await WordsAreAsync($"my logs/hostile/{id}.out", [":", .. Hostile]);
        Assert.Equal("hostile", (await Rig.RunAsync("squeue", "--states=all", "-h", "-j", id, "-o", "%j")).Output.Trim());
    }

    [Fact]
    public async Task Variables_of_a_command_arrive_byte_for_byte()
    {
        var variables = Hostile.Select((value, i) => (Name: $"GPUOPS_{i}", Value: value)).ToDictionary(it => it.Name, it => it.Value);
        await CompleteAsync(new() { Command = ["/usr/bin/env", "-0"], Output = "env.out", Environment = new() { Variables = variables } });
        Assert.Empty(variables.Select(it => $"{it.Key}={it.Value}").Except(await WordsAsync("env.out")));
    }

    [Fact]
    public async Task A_script_arrives_as_it_is_with_arguments_and_variables()
    {
        const string Text = "#!/bin/bash\n#SBATCH --job-name=own\n# {{ x }} {% y %} \u00e9\narr=(a b c)\nprintf '%s\\0' \"${#arr[@]}\" \"$#\" \"$@\" \"$V\" \"$W\"\nexit 0\n\u00ff{{";
        var variables = new Dictionary<string, string> { ["V"] = "a,b=c\nd '\"$x", ["W"] = "漢" };
        var request = new SlurmJobRequest { Script = Encoding.UTF8.GetBytes(Text), Arguments = Hostile, Output = "script.out", Environment = new() { Variables = variables } };
        var id = await CompleteAsync(request);
        await WordsAreAsync("script.out", ["3", $"{Hostile.Length}", .. Hostile, variables["V"], variables["W"]]);
        Assert.Equal(Text, (await Rig.RunAsync("scontrol", "write", "batch_script", id, "-")).Output.TrimEnd('\n'));
        Assert.Equal("own", (await Rig.RunAsync("squeue", "--states=all", "-h", "-j", id, "-o", "%j")).Output.Trim());
    }

    [Fact]
    public async Task A_script_and_its_arguments_arrive_over_SSH_too()
    {
        Assert.SkipWhen(SshdRig.Missing is not null && !RigFiles.AreRequired, SshdRig.Missing ?? "");
        await using var sshd = await SshdRig.StartAsync();
        await using var ssh = new SshChannel(new(sshd.Address, Environment.UserName)
        {
            Port = sshd.Port,
            IdentityFiles = [sshd.IdentityFile],
            UserKnownHostsFiles = [sshd.KnownHostsFile],
            GlobalKnownHostsFiles = [],
        });
        var variables = new Dictionary<string, string> { ["V"] = "a,b=c\nd" };
        var command = SbatchCommand.From(new()
        {
            Script = "#!/bin/bash\nprintf '%s\\0' \"$@\" \"$V\"\n"u8.ToArray(), Arguments = Hostile, Output = "ssh.out", Environment = new() { Variables = variables },
        });
        var result = await SbatchAsync(command, ssh);
        Assert.True(result.ExitCode == 0, result.ErrorText);
        await StateAsync(result.OutputText.Trim(), "COMPLETED");
        await WordsAreAsync("ssh.out", [.. Hostile, variables["V"]]);
    }

    [Fact]
    public async Task Sbatch_leaves_out_a_lone_colon()
    {
        // Why such an argument of a script is refused.
        var command = SbatchCommand.From(new() { Script = "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"u8.ToArray(), Arguments = ["a", "b"], Output = "colon.out" });
        var result = await SbatchAsync(command with { Arguments = [.. command.Arguments.Take(command.Arguments.Count - 1), ":", "b"] });
        await StateAsync(result.OutputText.Trim(), "COMPLETED");
        await WordsAreAsync("colon.out", ["a", "b"]);
    }

    [Theory]
    [InlineData("#SBATCH --output=\"/my logs\"/x # --output=/no/x")]
    [InlineData("#SBATCH --output=/a#b/x")]
    [InlineData("#SBATCH --output=/a\\#b/x")]
    [InlineData("#SBATCH --output=\"/a#b\"/x -J n")]
    [InlineData("#SBATCH --output='/a\\ b'/x")]
    [InlineData("#SBATCH --output=\"/a\\\"b\"/x")]
    [InlineData("#SBATCH --output=/a\"b c\"d/x")]
    [InlineData("#SBATCH\t-o /tab/x")]
    [InlineData("#SBATCH -J n \"--outp=/qq/x\"")]
    [InlineData("#SBATCH -o/a/x\n\n# a remark\n#SBATCH -o/b/x\necho\n#SBATCH -o/c/x")]
    [InlineData(" #SBATCH --output=/a/x")]
    public async Task The_log_folder_of_a_script_is_where_Slurm_writes(string lines)
    {
        var request = new SlurmJobRequest { Script = Encoding.UTF8.GetBytes($"#!/bin/bash\n{lines}\ntrue\n"), AdditionalArguments = ["-H"] };
        var id = await SubmitAsync(request);
        var path = (await Rig.RunAsync("scontrol", "show", "job", id)).Output.Split('\n').Single(line => line.StartsWith("   StdOut=", StringComparison.Ordinal))[10..];
        await Rig.RunAsync("scancel", id);
        Assert.Equal(Path.GetDirectoryName(path), SbatchCommand.From(request).LogFolders.SingleOrDefault() ?? (path == "/a" ? "/" : Rig.WorkFolder));
    }

    [Fact]
    public async Task The_tasks_of_an_array_get_their_index()
    {
        var id = await SubmitAsync(new() { Command = ["printenv", "SLURM_ARRAY_TASK_ID"], Array = "0-4:2%1", Output = "task-%a.out" });
        await StateAsync(id, "COMPLETED\nCOMPLETED\nCOMPLETED");
        foreach (var task in (int[])[0, 2, 4]) Assert.Equal($"{task}\n", await File.ReadAllTextAsync(InWork($"task-{task}.out"), Token));
    }

    [Fact]
    public async Task A_job_that_cannot_be_prepared_fails_and_says_why()
    {
        var id = await SubmitAsync(new() { Command = ["true"], Output = "venv.out", Environment = new() { Venv = "/no/such" } });
        await StateAsync(id, "FAILED");
        Assert.Contains("there is no virtual environment in '/no/such'", await File.ReadAllTextAsync(InWork("venv.out"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Srun_without_Pyxis_says_so()
    {
        var id = await SubmitAsync(new() { Command = ["true"], Output = "pyxis.out", Environment = new() { Container = new(SlurmContainerRuntime.Pyxis, "ubuntu") } });
        await StateAsync(id, "FAILED");
        Assert.Contains("unrecognized option '--container-image=ubuntu'", await File.ReadAllTextAsync(InWork("pyxis.out"), Token), StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SlurmJobRequest With(SlurmResourceRequest resources) => Held with { Resources = resources };

    // Slurm looks for nodes only when a job is not held.
    private static SlurmJobRequest Now(SlurmResourceRequest resources) => new() { Command = ["true"], Resources = resources };

    private string InWork(string file) => Path.Combine(Rig.WorkFolder, file);

    private async Task WordsAreAsync(string file, string[] words) => Assert.Equal(words, await WordsAsync(file));

    private async Task<string[]> WordsAsync(string file) =>
        Encoding.UTF8.GetString(await File.ReadAllBytesAsync(InWork(file), Token)).Split('\0')[..^1];

    private Task<CommandResult> SbatchAsync(SbatchCommand command, ICommandChannel? channel = null) => (channel ?? _channel).RunAsync(
        new(["sbatch", .. command.Arguments])
        {
            Input = command.Script,
            Folder = Rig.WorkFolder,
            Environment = new Dictionary<string, string>(command.Environment) { ["SLURM_CONF"] = Rig.Configuration },
        },
        Token);

    private async Task<string> SubmitAsync(SlurmJobRequest request)
    {
        var result = await SbatchAsync(SbatchCommand.From(request));
        Assert.True(result.ExitCode == 0, result.ErrorText);
        return SbatchOutput.ParseJobId(result.OutputText)!.Value.ToString();
    }

    private async Task<string> CompleteAsync(SlurmJobRequest request)
    {
        var id = await SubmitAsync(request);
        await StateAsync(id, "COMPLETED");
        return id;
    }

    private Task<string> StateAsync(string job, string state) =>
        Rig.UntilAsync($"job {job} is {state}", result => result.Output.Trim() == state, "squeue", "--states=all", "-h", "-r", "-j", job, "-o", "%T");
}
