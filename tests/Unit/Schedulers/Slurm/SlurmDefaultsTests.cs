using System.Text;
using GpuOps.Configuration;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Configuration;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>What a backend's entry says reaches sbatch, where neither the request nor its script says otherwise.</summary>
public sealed class SlurmDefaultsTests : IDisposable
{
    private static readonly SlurmJobRequest Job = new() { Command = ["true"] };

    private readonly Workspace _workspace = new();

    /// <summary>A line under <c>defaults</c>, what it becomes, and a script's line that is stronger.</summary>
    public static TheoryData<string, string, string> Rows { get; } = new()
    {
        { "partition: gpu", "--partition=gpu", "-p cpu" },
        { "account: physics", "--account=physics", "--account=other" },
        { "qos: high", "--qos=high", "-q low" },
        { "time: 90m", "--time=01:30:00", "-t 10" },
        { "nodes: 2-4", "--nodes=2-4", "-N1" },
        { "tasks: 8", "--ntasks=8", "-n 1" },
        { "tasksPerNode: 4", "--ntasks-per-node=4", "--ntasks-per-node=1" },
        { "gpus: a100:2", "--gpus=a100:2", "--gres=gpu:1" },
        { "gpusPerNode: 2", "--gpus-per-node=2", "-G 1" },
        { "gpusPerTask: 1", "--gpus-per-task=1", "--gpus=1" },
        { "gres: shard:4", "--gres=shard:4", "--gpus-per-node=1" },
        { "cpusPerTask: 6", "--cpus-per-task=6", "-c 1" },
        { "cpusPerGpu: 12", "--cpus-per-gpu=12", "--cpus-per-gpu=1" },
        { "memory: 64GB", "--mem=65536M", "--mem-per-cpu=1G" },
        { "memoryPerCpu: 4GB", "--mem-per-cpu=4096M", "--mem=1G" },
        { "memoryPerGpu: 1.5GB", "--mem-per-gpu=1536M", "--mem=1G" },
        { "constraint: a100&nvlink", "--constraint=a100&nvlink", "-C none" },
        { "nodeList: gpu[01-02]", "--nodelist=gpu[01-02]", "-w gpu03" },
        { "exclude: gpu03", "--exclude=gpu03", "-x gpu01" },
        { "reservation: class", "--reservation=class", "--reservation=none" },
        { "licenses: matlab:2", "--licenses=matlab:2", "-L none" },
        { "logFolder: /logs/", "--output=/logs/%x-%j.out", "-o mine" },
        { "workFolder: /data/me", "--chdir=/data/me", "-D /tmp" },
        { "mailUser: ann@example.org", "--mail-user=ann@example.org", "--mail-user=bob" },
        { "mailType: END, FAIL", "--mail-type=END,FAIL", "--mail-type=NONE" },
        { "variables: {OMP_NUM_THREADS: 8}", "export OMP_NUM_THREADS='***'", "--export=NONE" },
        { "modules: gcc/12, cuda", "module load cuda", "" },
        { "template: advanced", "gpuops: ended with", "" },
        { "conda: torch", "conda activate torch", "" },
        { "venv: ~/env", ". \"$HOME\"/env/bin/activate", "" },
        { "containerImage: a.sif", "exec apptainer exec --nv a.sif true", "" },
        { "{containerImage: a, containerRuntime: pyxis}", "exec srun --container-image=a -- true", "" },
        { "{containerImage: a, containerMounts: '/d, /e:/f'}", "--bind /d --bind /e:/f", "" },
    };

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_reaches_the_submission_and_a_scripts_own_line_is_stronger(string line, string becomes, string stronger)
    {
        var scheduler = Open(line);
        Assert.Contains(becomes, Shown(scheduler.Preview(Job)), StringComparison.Ordinal);
        if (stronger.Length == 0)
        {
            var untouched = new SlurmJobRequest { Script = "#!/bin/bash\n"u8.ToArray() };
            Assert.Equal(Shown(SbatchCommand.From(untouched)), Shown(scheduler.Preview(untouched)));
            return;
        }

        var scripts = new SlurmJobRequest { Script = Encoding.UTF8.GetBytes($"#!/bin/bash\n#SBATCH {stronger}\n") };
        Assert.Equal(Shown(SbatchCommand.From(scripts)), Shown(scheduler.Preview(scripts)));
        if (!line.StartsWith("variables", StringComparison.Ordinal))
            Assert.DoesNotContain(becomes, Shown(scheduler.Preview(Job with { AdditionalArguments = [stronger.Replace(" ", "", StringComparison.Ordinal)] })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_gets_its_PowerShell_and_no_container()
    {
        var shown = Shown(Open("{powerShell: ~/pwsh/pwsh, containerImage: a.sif, modules: x}").Preview(new() { Block = new JobBlock("1", "2") }));
        Assert.Contains("gpuops_shell=$(type -P \"$HOME\"/pwsh/pwsh)", shown, StringComparison.Ordinal);
        Assert.Contains("module load x", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("apptainer", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void No_row_is_left_out()
    {
        var tried = string.Join('\n', Rows.Select(row => row.Data.Item1));
        Assert.All(SlurmDefaultTable.Rows.Where(row => row.Key != "powerShell"), row => Assert.Contains(row.Key.Split('.')[0] + ":", tried, StringComparison.Ordinal));
    }

    [Fact]
    public void Parameters_are_stronger()
    {
        var scheduler = Open("partition: gpu, gpusPerNode: 2, memory: 64GB, conda: torch, containerRuntime: pyxis, variables: {A: 1, B: 2}".Insert(0, "{") + "}");
        var shown = Shown(scheduler.Preview(Job with
        {
            Resources = new() { Partition = "cpu", Gpus = "4", MemoryPerGpu = 1 << 30 },
            Environment = new() { Venv = "v", Container = new(null, "img"), Variables = new Dictionary<string, string> { ["B"] = "x" } },
        }));
        Assert.All((string[])["--partition=cpu", "--gpus=4", "--mem-per-gpu=1024M", ". v/bin/activate", "srun --container-image=img", "export A=", "export B="], word => Assert.Contains(word, shown, StringComparison.Ordinal));
        Assert.All((string[])["--gpus-per-node", "--mem=", "conda"], word => Assert.DoesNotContain(word, shown, StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_reach_a_script_too()
    {
        var command = Open("variables: {HF_HOME: /data/hf}").Preview(new() { Script = "#!/bin/bash\n"u8.ToArray() });
        Assert.Equal("***", command.Environment["HF_HOME"]);
        Assert.Contains("--export=ALL", command.Arguments);
    }

    [Theory]
    [InlineData("variables: {LD_PRELOAD: evil.so}")]
    [InlineData("modules: evil")]
    [InlineData("conda: evil")]
    [InlineData("venv: ./evil")]
    [InlineData("containerImage: evil")]
    [InlineData("workFolder: /evil")]
    [InlineData("logFolder: ~/.bashrc.d")]
    [InlineData("mailUser: evil@example.org")]
    public void A_project_may_not_choose_what_runs_where_it_writes_nor_who_is_told(string line) =>
        _workspace.Project($"backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      {line}\n").Refuses("NotAllowedInProject");

    [Theory]
    [InlineData("tasks: many", "InvalidSetting")]
    [InlineData("tasks: 0", "InvalidSetting")]
    [InlineData("time: 4", "InvalidDuration")]
    [InlineData("memory: lots", "InvalidSize")]
    [InlineData("containerRuntime: docker", "InvalidSetting")]
    [InlineData("variables: {A.B: 1}", "UnknownKey")]
    [InlineData("gpu: 2", "UnknownKey")]
    public void What_cannot_be_right_is_said_with_its_line(string line, string id) =>
        Assert.Contains(":5:", _workspace.User($"backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      {line}\n").Refuses(id).Message, StringComparison.Ordinal);

    private SlurmScheduler Open(string line)
    {
        Rig.Linux();
        var defaults = line.StartsWith('{') ? $" {line}" : $"\n      {line}";
        var definition = _workspace.User($"backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:{defaults}\n").Load().ResolveBackend("hpc");
        return (SlurmScheduler)BackendCatalog.Default.CreateScheduler(definition, new BackendContext(GpuOpsSettings.Default, _workspace.Environment, TimeProvider.System));
    }

    private static string Shown(SbatchCommand command) => $"{string.Join('\n', command.Arguments)}\n{Encoding.UTF8.GetString(command.Script.Span)}";
}
