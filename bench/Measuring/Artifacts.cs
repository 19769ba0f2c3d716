using System.Reflection;

namespace GpuOps.Bench.Measuring;

/// <summary>What the build put into <c>out/</c>, and where results go.</summary>
internal static class Artifacts
{
    public static string Out { get; } = typeof(Artifacts).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(it => it.Key == "OutFolder").Value!;

    public static string Manifest => Path.Combine(Out, "GpuOps", "GpuOps.psd1");

    public static string Shell => Path.Combine(Out, "shell", "gpuops");

    public static string Server => Path.Combine(Out, "GpuOps", "server", "gpuops-server");

    public static string BareEngine => Path.Combine(Out, "bench", "GpuOps.BareEngine");

    public static string Contender => Path.Combine(Out, "contender", "GpuOps.Contender");

    public static string Results => Path.Combine(Out, "bench-results");
}
