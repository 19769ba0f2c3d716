using System.Text;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SbatchOptionTests
{
    private static readonly SlurmJobRequest Job = new() { Command = ["true"] };
    private static readonly SlurmJobId Id = SlurmJobId.Parse("20");

    public static TheoryData<string, SlurmJobRequest> Rows { get; } = new()
    {
        { "--job-name=Übung 1: a,b=c 漢", Job with { Name = "Übung 1: a,b=c 漢" } },
        { "--nodes=2-4", With(new() { Nodes = "2-4" }) },
        { "--ntasks=8", With(new() { Tasks = 8 }) },
        { "--ntasks-per-node=4", With(new() { TasksPerNode = 4 }) },
        { "--gpus=a100:2", With(new() { Gpus = "a100:2" }) },
        { "--gpus-per-node=2", With(new() { GpusPerNode = "2" }) },
        { "--gpus-per-task=a100:1", With(new() { GpusPerTask = "a100:1" }) },
        { "--gres=gpu:a100:2,shard:4", With(new() { Gres = "gpu:a100:2,shard:4" }) },
        { "--cpus-per-task=6", With(new() { CpusPerTask = 6 }) },
        { "--cpus-per-gpu=12", With(new() { CpusPerGpu = 12 }) },
        { "--mem=4096M", With(new() { MemoryPerNode = 4L << 30 }) },
        { "--mem=0M", With(new() { MemoryPerNode = 0 }) },
        { "--mem-per-cpu=2M", With(new() { MemoryPerCpu = (1 << 20) + 1 }) },
        { "--mem-per-gpu=1M", With(new() { MemoryPerGpu = 1 }) },
        { "--mem=8796093022208M", With(new() { MemoryPerNode = long.MaxValue }) },
        { "--time=1-02:03:05", With(new() { TimeLimit = new TimeSpan(1, 2, 3, 4, 1) }) },
        { "--time=04:00:00", With(new() { TimeLimit = TimeSpan.FromHours(4) }) },
        { "--time=UNLIMITED", With(new() { TimeLimit = Timeout.InfiniteTimeSpan }) },
        { "--partition=gpu,cpu", With(new() { Partition = "gpu,cpu" }) },
        { "--account=physics", With(new() { Account = "physics" }) },
        { "--qos=high", With(new() { Qos = "high" }) },
        { "--constraint=a100&nvlink", With(new() { Constraint = "a100&nvlink" }) },
        { "--nodelist=gpu[01-02]", With(new() { NodeList = "gpu[01-02]" }) },
        { "--exclude=gpu03", With(new() { Exclude = "gpu03" }) },
        { "--exclusive", With(new() { Exclusive = SlurmExclusive.Everybody }) },
        { "--exclusive=user", With(new() { Exclusive = SlurmExclusive.OtherUsers }) },
        { "--exclusive=mcs", With(new() { Exclusive = SlurmExclusive.OtherLabels }) },
        { "--reservation=class", With(new() { Reservation = "class" }) },
        { "--licenses=matlab:2", With(new() { Licenses = "matlab:2" }) },
        { "--begin=2026-11-25T10:30:01", Job with { Begin = new DateTime(2026, 11, 25, 10, 30, 0, 1) } },
        { "--begin=uts1795602600", Job with { Begin = new DateTime(2026, 11, 25, 10, 30, 0, DateTimeKind.Utc) } },
        { "--begin=uts1795602600", Job with { Begin = new DateTime(2026, 11, 25, 10, 30, 0, DateTimeKind.Utc).ToLocalTime() } },
        { "--dependency=afterok:20", On(new SlurmDependency(SlurmDependencyType.AfterOk, Id)) },
        { "--dependency=after:20,afterany:20", On(new(SlurmDependencyType.After, Id), new(SlurmDependencyType.AfterAny, Id)) },
        { "--dependency=afternotok:20:21_4:22_1:22_3", On(new SlurmDependency(SlurmDependencyType.AfterNotOk, Id, SlurmJobId.Parse("21_4;rig"), SlurmJobId.Parse("22_[1,3%2]"))) },
        { "--dependency=aftercorr:20", On(new SlurmDependency(SlurmDependencyType.AfterCorr, SlurmJobId.Parse("20+0"))) },
        { "--dependency=singleton", On(new SlurmDependency(SlurmDependencyType.Singleton)) },
        { "--kill-on-invalid-dep=yes", Job with { KillOnInvalidDependency = true } },
        { "--kill-on-invalid-dep=no", Job with { KillOnInvalidDependency = false } },
        { "--array=0-9%2", Job with { Array = "0-9%2" } },
        { "--array=1,3,5-9:2", Job with { Array = "1,3,5-9:2" } },
        { "--array=0-9%2", Job with { Array = "0-9", ArrayLimit = 2 } },
        { "--array=0-2", Job with { TaskArguments = [["a"], [], ["b"]] } },
        { "--array=0-0%4", Job with { TaskArguments = [["a"]], ArrayLimit = 4 } },
        { "--requeue", Job with { Requeue = true } },
        { "--no-requeue", Job with { Requeue = false } },
        { "--signal=B:USR1@120", Job with { Signal = "B:USR1@120" } },
        { "--open-mode=append", Job with { OpenMode = SlurmOpenMode.Append } },
        { "--open-mode=truncate", Job with { OpenMode = SlurmOpenMode.Truncate } },
        { "--output=my logs/%x-%j.out", Job with { Output = "my logs/%x-%j.out" } },
        { "--error=e.txt", Job with { Error = "e.txt" } },
        { "--chdir=/data/my work", Job with { WorkFolder = "/data/my work" } },
        { "--mail-user=ann@example.org", Job with { MailUser = "ann@example.org" } },
        { "--mail-type=END,FAIL", Job with { MailTypes = ["END", "FAIL"] } },
        { "--comment=a 'b' $c", Job with { Comment = "a 'b' $c" } },
        { "--nice=100", Job with { AdditionalArguments = ["--nice=100"] } },
        { "-H", Job with { AdditionalArguments = ["-H"] } },
        { "-v", Job with { AdditionalArguments = ["-v"] } },
        { "--export=NONE", Job with { AdditionalArguments = ["--export=NONE"] } },
        { "--wait-all-nodes=1", Job with { AdditionalArguments = ["--wait-all-nodes=1"] } },
    };

    public static TheoryData<string, SlurmJobRequest> Refusals { get; } = new()
    {
        { "NoSlurmCommand", new() },
        { "NoSlurmCommand", new() { Command = [] } },
        { "NoSlurmCommand", new() { Command = ["", "x"] } },
        { "SlurmCommandAndScript", Job with { Script = Bytes("#!/bin/sh\n") } },
        { "SlurmArgumentsWithoutScript", Job with { Arguments = ["x"] } },
        { "InvalidSlurmValue", new() { Command = ["a", "b\0"] } },
        { "InvalidSlurmValue", new() { Command = ["a", "\ud800"] } },
        { "InvalidSlurmValue", Job with { Name = "" } },
        { "InvalidSlurmValue", Job with { Name = " " } },
        { "InvalidSlurmValue", Job with { Name = "a\nb" } },
        { "InvalidSlurmValue", Job with { Name = "a\rb" } },
        { "InvalidSlurmValue", Job with { Comment = "a\0b" } },
        { "InvalidSlurmValue", Job with { MailTypes = ["END", ""] } },
        { "InvalidSlurmValue", Job with { OpenMode = (SlurmOpenMode)9 } },
        { "InvalidSlurmValue", With(new() { Partition = "" }) },
        { "InvalidSlurmValue", With(new() { Exclusive = (SlurmExclusive)9 }) },
        { "InvalidSlurmPath", Job with { Output = "~/logs/%j.out" } },
        { "InvalidSlurmPath", Job with { WorkFolder = "~" } },
        { "InvalidSlurmCount", With(new() { Tasks = 0 }) },
        { "InvalidSlurmCount", With(new() { CpusPerGpu = -1 }) },
        { "InvalidSlurmMemory", With(new() { MemoryPerNode = -1 }) },
        { "InvalidSlurmMemory", With(new() { MemoryPerCpu = 0 }) },
        { "SlurmMemoryGivenTwice", With(new() { MemoryPerNode = 1, MemoryPerGpu = 1 }) },
        { "InvalidSlurmTimeLimit", With(new() { TimeLimit = TimeSpan.Zero }) },
        { "InvalidSlurmTimeLimit", With(new() { TimeLimit = TimeSpan.FromSeconds(-5) }) },
        { "InvalidSlurmArray", Job with { Array = "" } },
        { "InvalidSlurmArray", Job with { Array = "1-" } },
        { "InvalidSlurmArray", Job with { Array = "2-1" } },
        { "InvalidSlurmArray", Job with { Array = "1,..." } },
        { "InvalidSlurmArray", Job with { Array = "1] --wrap=x" } },
        { "InvalidSlurmArray", Job with { Array = "0-3%x" } },
        { "InvalidSlurmArray", Job with { Array = "0-3%2", ArrayLimit = 2 } },
        { "InvalidSlurmArray", Job with { ArrayLimit = 2 } },
        { "InvalidSlurmCount", Job with { Array = "0-3", ArrayLimit = 0 } },
        { "InvalidSlurmArray", Job with { TaskArguments = [] } },
        { "InvalidSlurmArray", Job with { TaskArguments = [["a"]], Array = "0-3" } },
        { "InvalidSlurmValue", Job with { TaskArguments = [["a"], ["b\0"]] } },
        { "SlurmScriptNotTouched", Script("#!/bin/sh\n") with { TaskArguments = [["a"]] } },
        { "InvalidSlurmDependency", On(new SlurmDependency(SlurmDependencyType.AfterOk)) },
        { "InvalidSlurmDependency", On(new SlurmDependency(SlurmDependencyType.AfterOk, default(SlurmJobId))) },
        { "InvalidSlurmDependency", On(new SlurmDependency(SlurmDependencyType.AfterOk, SlurmJobId.Parse("20.batch"))) },
        { "InvalidSlurmDependency", On(new SlurmDependency(SlurmDependencyType.AfterOk, SlurmJobId.Parse("20_[1,...]"))) },
        { "InvalidSlurmDependency", On(new SlurmDependency(SlurmDependencyType.Singleton, Id)) },
        { "InvalidSlurmDependency", On(new SlurmDependency((SlurmDependencyType)77, Id)) },
        { "InvalidSlurmArgument", Added("gpu") },
        { "InvalidSlurmArgument", Added(":") },
        { "InvalidSlurmArgument", Added("-") },
        { "InvalidSlurmArgument", Added("--") },
        { "InvalidSlurmArgument", Added("--=x") },
        { "InvalidSlurmArgument", Added("--parsable") },
        { "InvalidSlurmArgument", Added("--wrap=true") },
        { "InvalidSlurmArgument", Added("--wra=true") },
        { "InvalidSlurmArgument", Added("--test-only") },
        { "InvalidSlurmArgument", Added("-W") },
        { "InvalidSlurmArgument", Added("-Q") },
        { "InvalidSlurmArgument", Added("-HQ") },
        { "InvalidSlurmArgument", Added("--version") },
        { "InvalidSlurmValue", Added("") },
        { "InvalidSlurmValue", Added("--nice\n") },
        { "SlurmOptionGivenTwice", Added("--partition=cpu") with { Resources = new() { Partition = "gpu" } } },
        { "SlurmOptionGivenTwice", Added("-pcpu") with { Resources = new() { Partition = "gpu" } } },
        { "SlurmVariablesNotExported", Script("#!/bin/sh\n") with { Environment = Set("A", "b"), AdditionalArguments = ["--export=NONE"] } },
        { "InvalidSlurmScript", Script("") },
        { "InvalidSlurmScript", Script("echo\n") },
        { "InvalidSlurmScript", Script("\uFEFF#!/bin/sh\n") },
        { "InvalidSlurmScript", Script("#!/bin/sh\n\0") },
        { "InvalidSlurmScriptArgument", Script("#!/bin/sh\n") with { Arguments = ["a", ":"] } },
        { "InvalidSlurmValue", Script("#!/bin/sh\n") with { Arguments = ["a\0"] } },
        { "SlurmScriptNotTouched", Script("#!/bin/sh\n") with { Environment = new() { Modules = ["gcc"] } } },
        { "SlurmScriptNotTouched", Script("#!/bin/sh\n") with { Environment = new() { Conda = "x" } } },
        { "SlurmScriptNotTouched", Script("#!/bin/sh\n") with { Environment = new() { Container = new(SlurmContainerRuntime.Pyxis, "x") } } },
        { "InvalidSlurmVariable", Job with { Environment = Set("", "x") } },
        { "InvalidSlurmArgument", Job with { AdditionalArguments = ["--comment=x"] } },
        { "InvalidSlurmVariable", Job with { Environment = Set("1A", "x") } },
        { "InvalidSlurmVariable", Job with { Environment = Set("A B", "x") } },
        { "InvalidSlurmVariable", Job with { Environment = Set("A", "\0") } },
        { "InvalidSlurmVariable", Job with { Environment = Set("UID", "5") } },
        { "InvalidSlurmVariable", Script("#!/bin/sh\n") with { Environment = Set("SBATCH_PARTITION", "x") } },
        { "InvalidSlurmVariable", Script("#!/bin/sh\n") with { Environment = Set("PATH", "/x") } },
        { "SlurmCondaAndVenv", Job with { Environment = new() { Conda = "a", Venv = "b" } } },
        { "InvalidSlurmValue", Job with { Environment = new() { Conda = "--help" } } },
        { "InvalidSlurmValue", Job with { Environment = new() { Modules = ["-a"] } } },
        { "InvalidSlurmValue", Job with { Environment = new() { Venv = "" } } },
        { "InvalidSlurmValue", Job with { Environment = new() { Container = new(SlurmContainerRuntime.Apptainer, "--x") } } },
        { "InvalidSlurmContainer", Job with { Environment = new() { Container = new((SlurmContainerRuntime)9, "x") } } },
        { "InvalidSlurmContainer", Job with { Environment = new() { Container = new(SlurmContainerRuntime.Pyxis, "x") { Mounts = ["/a,/b"] } } } },
    };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Each_wish_is_one_element(string argument, SlurmJobRequest request)
    {
        var arguments = SbatchCommand.From(request).Arguments;
        Assert.Equal("--parsable", arguments[0]);
        Assert.Equal([argument], arguments.Except(["--parsable", "--job-name=true", "--ignore-pbs"]));
    }

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_right_is_refused(string id, SlurmJobRequest request)
    {
        var error = Assert.Throws<GpuOpsException>(() => SbatchCommand.From(request));
        Assert.Equal((id, GpuOpsErrorKind.InvalidArgument), (error.Id, error.Kind));
    }

    [Fact]
    public void A_plain_command_asks_for_nothing_but_its_name()
    {
        var command = SbatchCommand.From(Job);
        Assert.Equal(["--parsable", "--job-name=true", "--ignore-pbs"], command.Arguments);
        Assert.Equal("#!/bin/bash\nexec true\n", Encoding.UTF8.GetString(command.Script.Span));
        Assert.Empty(command.Environment);
        Assert.Empty(command.LogFolders);
    }

    [Fact]
    public void A_script_is_sent_as_it_is_with_its_arguments_behind()
    {
        var script = Bytes("#!/bin/bash\r\n#SBATCH -n2\n{{ x }} ${#arr[@]}\n\xff");
        var command = SbatchCommand.From(new() { Script = script, Arguments = ["a b", "", "--wrap=x"], Name = "n", AdditionalArguments = ["-H"] });
        Assert.Equal(["--parsable", "--job-name=n", "-H", "--", "/dev/stdin", "a b", "", "--wrap=x"], command.Arguments);
        Assert.Equal(script, command.Script.ToArray());
        Assert.Equal(["--parsable"], SbatchCommand.From(new() { Script = script }).Arguments);
    }

    [Theory]
    [InlineData("", null, null, "--job-name=train.sh")]
    [InlineData("", "n", null, "--job-name=n")]
    [InlineData("#SBATCH -J own", null, null)]
    [InlineData("#SBATCH --job-name=own", null, null)]
    [InlineData("", null, "-Jadded", "-Jadded")]
    public void A_script_without_a_name_has_that_of_its_file(string line, string? name, string? added, params string[] arguments) => Assert.Equal(
        ["--parsable", .. arguments],
        SbatchCommand.From(Script($"#!/bin/sh\n{line}\n") with { ScriptName = "train.sh", Name = name, AdditionalArguments = added is null ? [] : [added] }).Arguments);

    [Theory]
    [InlineData("/usr/bin/env", "--job-name=env")]
    [InlineData("it's here", "--job-name=it's here")]
    [InlineData("two\nlines")]
    [InlineData("/bin/")]
    public void A_command_without_a_name_has_that_of_its_program(string program, params string[] arguments) =>
        Assert.Equal(["--parsable", .. arguments, "--ignore-pbs"], SbatchCommand.From(new() { Command = [program, "x"] }).Arguments);

    [Fact]
    public void Secrets_are_in_no_argument_and_no_message()
    {
        const string Secret = "s3cret";
        var script = SbatchCommand.From(Script("#!/bin/sh\n") with { Environment = Set("TOKEN", Secret) });
        Assert.Equal(["--parsable", "--export=ALL"], script.Arguments);
        Assert.Equal(Secret, script.Environment["TOKEN"]);
        var command = SbatchCommand.From(Job with { Environment = Set("TOKEN", Secret) });
        Assert.DoesNotContain(command.Arguments, argument => argument.Contains(Secret, StringComparison.Ordinal));
        Assert.Empty(command.Environment);
        var error = Assert.Throws<GpuOpsException>(() => SbatchCommand.From(Job with { Environment = Set("TOKEN", Secret + "\0") }));
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }

    private static SlurmJobRequest With(SlurmResourceRequest resources) => Job with { Resources = resources };

    private static SlurmJobRequest On(params SlurmDependency[] dependencies) => Job with { Dependencies = dependencies };

    private static SlurmJobRequest Added(string argument) => Job with { AdditionalArguments = [argument] };

    private static SlurmJobRequest Script(string text) => new() { Script = Bytes(text) };

    private static SlurmJobEnvironment Set(string name, string value) => new() { Variables = new Dictionary<string, string> { [name] = value } };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
