using System.Runtime.CompilerServices;

namespace GpuOps.Hosted.Hosting;

/// <summary>Nothing the machine's user has configured may reach a test.</summary>
internal static class CleanEnvironment
{
    [ModuleInitializer]
    internal static void Begin()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name =>
            name.StartsWith("GPUOPS_", StringComparison.Ordinal) && name != Rig.RequireVariable))
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        var home = Directory.CreateTempSubdirectory("gpuops-hosted-home-").FullName;
        Environment.SetEnvironmentVariable("GPUOPS_CONFIG_HOME", Path.Combine(home, "config"));
        Environment.SetEnvironmentVariable("GPUOPS_STATE_HOME", Path.Combine(home, "state"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(home, recursive: true);
    }
}
