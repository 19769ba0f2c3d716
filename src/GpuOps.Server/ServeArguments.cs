using System.Globalization;
using System.Runtime.CompilerServices;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Server;

/// <summary>The arguments of <c>gpuops-server serve</c>. Apart from the verb, so that a supervisor loads nothing of the web.</summary>
internal static class ServeArguments
{
    /// <summary>Reads them, and does what they say.</summary>
    /// <param name="arguments">What follows the verb.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        string? folder = null, pool = null;
        int? cpus = null;
        var detach = false;
        for (var rest = arguments.AsMemory(); !rest.IsEmpty;)
        {
            switch (rest.ToArray())
            {
                case ["--folder", var value, ..]:
                    (folder, rest) = (Path.GetFullPath(value), rest[2..]);
                    break;
                case ["--pool", var value, ..]:
                    (pool, rest) = (value, rest[2..]);
                    break;
                case ["--cpu", var value, ..] when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0:
                    (cpus, rest) = (number, rest[2..]);
                    break;
                case ["--detach", ..]:
                    (detach, rest) = (true, rest[1..]);
                    break;
                default:
                    return Usage.Complain($"'{rest.Span[0]}' is not understood, or lacks its value.");
            }
        }

        if (!OperatingSystem.IsLinux())
        {
            return Usage.Complain("jobs can be run on Linux only.");
        }

        try
        {
            var location = folder is null ? QueueLocation.Own(ConfigurationEnvironment.FromProcess(null)) : QueueLocation.In(folder);
            if (detach)
            {
                await new QueueServiceStarter(Environment.ProcessPath!, location).DetachAsync(["serve", .. arguments.Where(static it => it != "--detach")], CancellationToken.None);
                return SupervisorExit.Success;
            }

            return await ServeAsync(new ServeOptions(location.Folder) { Pool = pool, Cpus = cpus ?? Environment.ProcessorCount });
        }
        catch (GpuOpsException fault)
        {
            Console.Error.WriteLine($"gpuops-server: {fault.Message}");
            return fault.Id == "QueueStoreInUse" ? SupervisorExit.AlreadyRuns : SupervisorExit.Failure;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> ServeAsync(ServeOptions options) => ServeVerb.RunAsync(options);
}
