using System.Management.Automation;
using GpuOps.Cmdlets.Jobs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

public sealed partial class SubmitSlurmJobCommand
{
    private Dictionary<SlurmScheduler, SlurmTemplate?>? _templates;

    private SlurmJobRequest Request(SlurmScheduler scheduler, string[] arguments) => new()
    {
        Name = Name,
        ScriptName = Path is null ? null : System.IO.Path.GetFileName(Path),
        Command = ParameterSetName == "Command" ? [.. Command, .. arguments] : null,
        Block = ScriptBlock is null ? null : SubmittedBlock.Of(this, ScriptBlock) with { Arguments = arguments is [var packed] ? packed : "" },
        Script = Path is null ? (ReadOnlyMemory<byte>?)null : SubmittedScript.Read(this, Path),
        Arguments = Path is null ? [] : arguments,
        Template = Path is null ? TemplateOf(scheduler) : null,
        Resources = new SlurmResourceRequest
        {
            Nodes = Node,
            Tasks = Task,
            TasksPerNode = TasksPerNode,
            Gpus = Gpu,
            GpusPerNode = GpusPerNode,
            GpusPerTask = GpusPerTask,
            Gres = Gres,
            CpusPerTask = CpusPerTask,
            CpusPerGpu = CpusPerGpu,
            MemoryPerNode = Memory,
            MemoryPerCpu = MemoryPerCpu,
            MemoryPerGpu = MemoryPerGpu,
            TimeLimit = Time,
            Partition = Partition,
            Account = Account,
            Qos = Qos,
            Constraint = Constraint,
            NodeList = NodeList,
            Exclude = Exclude,
            Exclusive = Exclusive ? SlurmExclusive.Everybody : null,
            Reservation = Reservation,
            Licenses = License,
        },
        Environment = new SlurmJobEnvironment
        {
            Variables = SubmittedVariables.Of(EnvironmentVariable),
            Modules = Module,
            Conda = Conda,
            Venv = Venv,
            Container = ContainerImage is null
                ? null
                : new SlurmContainer(ContainerRuntime, ContainerImage) { Mounts = ContainerMount, WorkFolder = ContainerWorkingDirectory, Gpu = ContainerGpu },
        },
        Begin = BeginTime,
        Dependencies = Dependencies(),
        KillOnInvalidDependency = Said(nameof(KillOnInvalidDependency), KillOnInvalidDependency),
        Array = Array,
        ArrayLimit = ArrayLimit,
        Requeue = Said(nameof(Requeue), Requeue),
        Signal = Signal,
        OpenMode = OpenMode,
        Output = OutputPath,
        Error = ErrorPath,
        WorkFolder = WorkingDirectory,
        MailUser = MailUser,
        MailTypes = MailType,
        Comment = Comment,
        AdditionalArguments = AdditionalArgument,
    };

    /// <summary>What a job of its own gets: the words of the command or the script, or the packed arguments of the block.</summary>
    private string[] Words() => ScriptBlock is null ? SubmittedWords.Of(ArgumentList) : [SubmittedBlock.Pack(this, ScriptBlock, ArgumentList)];

    /// <summary>The template, read once: what is sent is what was shown, whatever becomes of the file.</summary>
    private SlurmTemplate? TemplateOf(SlurmScheduler scheduler)
    {
        _templates ??= [];
        return _templates.TryGetValue(scheduler, out var known) ? known : _templates[scheduler] = scheduler.FindTemplate(Template);
    }

    private bool? Said(string name, SwitchParameter value) => MyInvocation.BoundParameters.ContainsKey(name) ? value.ToBool() : null;

    private SlurmDependency[] Dependencies()
    {
        SlurmJobId[] jobs = [.. DependsOn.Select(SlurmJobId.Parse)];
        return jobs.Length > 0 || DependencyType == SlurmDependencyType.Singleton ? [new SlurmDependency(DependencyType, jobs)] : [];
    }
}
