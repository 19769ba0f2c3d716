using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace GpuOps.Bench.Measuring;

/// <summary>
/// BenchmarkDotNet measures one method after the other, which on a busy machine compares two different hours. So a
/// class is run several times, briefly: baseline, ours, baseline, ours.
/// </summary>
internal static class Rounds
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>Measures a class with two benchmarks, one of them the baseline; in ms.</summary>
    /// <param name="rounds">How many times each.</param>
    /// <param name="iterations">Figures a round, of which the median counts.</param>
    /// <param name="invocations">Calls a figure: few, so that the longer of the two is not the one that the system interrupts.</param>
    /// <param name="warmUp">Calls of each before the first round, for the runtime to compile them well.</param>
    public static Task<Pair> OfAsync<T>(int rounds = 9, int iterations = 99, int invocations = 2, int warmUp = 5_000)
    {
        Measure(typeof(T), 1, warmUp);
        List<double> own = [], bare = [];
        for (var round = 0; round < rounds; round++)
        {
            var summary = Measure(typeof(T), iterations, invocations);
            own.Add(Figure(summary, baseline: false));
            bare.Add(Figure(summary, baseline: true));
        }

        return Task.FromResult(new Pair(own, bare));
    }

    private static Summary Measure(Type benchmarks, int iterations, int invocations)
    {
        var job = Job.Default.WithToolchain(InProcessNoEmitToolchain.DontLogOutput).WithStrategy(RunStrategy.Throughput)
            .WithWarmupCount(Math.Max(1, iterations / 2)).WithIterationCount(iterations).WithInvocationCount(invocations)
            .WithUnrollFactor(1).WithGcForce(false).WithEvaluateOverhead(false);
        return BenchmarkRunner.Run(benchmarks, ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance)
            .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator));
    }

    private static double Figure(Summary summary, bool baseline)
    {
        var report = summary.Reports.SingleOrDefault(report => summary.IsBaseline(report.BenchmarkCase) == baseline)
            ?? throw new InvalidOperationException(string.Join('\n', summary.ValidationErrors.Select(error => error.Message)));
        double[] figures = [.. report.AllMeasurements
            .Where(it => it is { IterationMode: IterationMode.Workload, IterationStage: IterationStage.Actual })
            .Select(it => it.Nanoseconds / it.Operations / NanosecondsPerMillisecond)];
        return figures.Length > 0 ? Pair.Median(figures)
            : throw new InvalidOperationException($"{report.BenchmarkCase.Descriptor.WorkloadMethod.Name} could not be measured.");
    }
}
