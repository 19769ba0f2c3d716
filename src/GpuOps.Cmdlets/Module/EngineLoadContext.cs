using System.Reflection;
using System.Runtime.Loader;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// Loads the engine and every package it uses from the subfolder <c>engine/</c> into a context of its own, so that
/// they cannot collide with the versions another module brings.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private const string EngineName = "GpuOps.Core";

    private static readonly Lazy<EngineLoadContext> Shared = new(() => new EngineLoadContext(EnginePath()));

    private readonly AssemblyDependencyResolver _resolver;

    private EngineLoadContext(string path)
        : base("GpuOps") => _resolver = new AssemblyDependencyResolver(path);

    /// <summary>Answers the default context's question for the engine; to be called once in a process.</summary>
    public static void Register() => Default.Resolving += static (_, name) =>
        name.Name == EngineName ? Shared.Value.LoadFromAssemblyName(name) : null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static string EnginePath() => Path.Combine(
        Path.GetDirectoryName(typeof(EngineLoadContext).Assembly.Location)!, "engine", EngineName + ".dll");
}
