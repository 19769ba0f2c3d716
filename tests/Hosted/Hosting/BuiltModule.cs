using System.Reflection;

namespace GpuOps.Hosted.Hosting;

/// <summary>What the build has put together, and the user gets.</summary>
internal static class BuiltModule
{
    /// <summary>The module's manifest.</summary>
    public static string Manifest { get; } = Path.Combine(Metadata("OutFolder"), "GpuOps", "GpuOps.psd1");

    /// <summary>The <c>gpuops</c> program.</summary>
    public static string Program { get; } = Path.Combine(Metadata("OutFolder"), "shell", "gpuops");

    /// <summary>A YamlDotNet of another version than the module's.</summary>
    public static string ForeignYamlDotNet { get; } = Path.Combine(AppContext.BaseDirectory, "foreign", "YamlDotNet.dll");

    private static string Metadata(string key) =>
        typeof(BuiltModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(it => it.Key == key).Value!;
}
