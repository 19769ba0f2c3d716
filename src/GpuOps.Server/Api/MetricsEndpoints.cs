using System.Globalization;
using System.Text;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>Figures for Prometheus, in its text format (https://prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapGet(QueuePaths.Metrics, static async (QueueService queue, PoolSession pool, CancellationToken stop) =>
            TypedResults.Text(Write(await queue.CountAsync(stop), await pool.ReadStatusAsync(pool.LocalHost, stop), queue.Trouble is null), "text/plain; version=0.0.4; charset=utf-8"));

    /// <summary>Writes them.</summary>
    internal static string Write(IReadOnlyDictionary<GpuJobState, long> jobs, IReadOnlyList<GpuStatus> gpus, bool isWell)
    {
        var text = new StringBuilder();
        Head("gpuops_jobs", "Jobs by state.");
        foreach (var state in Enum.GetValues<GpuJobState>())
            text.Append(CultureInfo.InvariantCulture, $"gpuops_jobs{{state=\"{state}\"}} {jobs.GetValueOrDefault(state)}\n");
        Head("gpuops_gpus", "GPUs of this host by state.");
        foreach (var state in Enum.GetValues<GpuState>())
            text.Append(CultureInfo.InvariantCulture, $"gpuops_gpus{{state=\"{state}\"}} {gpus.Count(gpu => gpu.State == state)}\n");
        Head("gpuops_gpu_memory_used_bytes", "Memory in use on a GPU, where its driver says so.");
        foreach (var gpu in gpus.Where(static gpu => gpu.MemoryUsed is not null))
            text.Append(CultureInfo.InvariantCulture, $"gpuops_gpu_memory_used_bytes{{gpu=\"{gpu.Id}\"}} {gpu.MemoryUsed}\n");
        Head("gpuops_up", "1 while nothing keeps jobs from being started.");
        text.Append(isWell ? "gpuops_up 1\n" : "gpuops_up 0\n");
        return text.ToString();

        void Head(string name, string help) => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(" gauge\n");
    }
}
