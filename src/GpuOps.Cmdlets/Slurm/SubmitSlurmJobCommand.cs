using System.Collections;
using System.Management.Automation;
using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Submits a job to a Slurm cluster: a command, or a script as it is.</summary>
[Cmdlet(VerbsLifecycle.Submit, "SlurmJob", DefaultParameterSetName = "Command", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed partial class SubmitSlurmJobCommand : SlurmCmdlet
{
    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenSlurm();
        var request = Request();
        var shown = scheduler.Preview(request);
        var folder = scheduler.IsLocal ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : null;
        if (!ShouldProcess(scheduler.Backend, $"sbatch {PosixShell.Join(shown.Arguments)}\n{Encoding.UTF8.GetString(shown.Script.Span)}"))
        {
            return;
        }

        var job = Run(token => scheduler.SubmitAsync(request, folder, token));
        if (!Wait)
        {
            WriteObject(job);
            return;
        }

        Run(async (post, token) =>
        {
            await new SlurmWaitReport(scheduler, new SlurmWaitOptions(), 0, post).RunAsync([job.Id], token);
            return true;
        });
    }

    private SlurmJobRequest Request() => new()
    {
        Name = Name,
        ScriptName = Path is null ? null : System.IO.Path.GetFileName(Path),
        Command = Path is null ? Command : null,
        Script = Path is null ? (ReadOnlyMemory<byte>?)null : ReadScript(Path),
        Arguments = ArgumentList,
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
            Variables = Variables(),
            Modules = Module,
            Conda = Conda,
            Venv = Venv,
            Container = ContainerImage is null
                ? null
                : new SlurmContainer(ContainerRuntime, ContainerImage) { Mounts = ContainerMount, WorkFolder = ContainerWorkingDirectory, Gpu = ContainerGpu },
        },
        Begin = BeginTime,
        Dependencies = Dependencies(),
        Array = Array,
        Requeue = MyInvocation.BoundParameters.ContainsKey(nameof(Requeue)) ? Requeue.ToBool() : null,
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

    private ReadOnlyMemory<byte> ReadScript(string path)
    {
        var file = GetUnresolvedProviderPathFromPSPath(path);
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("ScriptUnreadable", GpuOpsErrorKind.NotFound, $"The script '{file}' cannot be read: {fault.Message}", path, fault);
        }
    }

    private Dictionary<string, string> Variables()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry pair in EnvironmentVariable ?? new Hashtable())
        {
            variables[pair.Key.ToString() ?? ""] = LanguagePrimitives.ConvertTo<string>(pair.Value);
        }

        return variables;
    }

    private SlurmDependency[] Dependencies()
    {
        SlurmJobId[] jobs = [.. DependsOn.Select(SlurmJobId.Parse)];
        return jobs.Length > 0 || DependencyType == SlurmDependencyType.Singleton ? [new SlurmDependency(DependencyType, jobs)] : [];
    }
}
