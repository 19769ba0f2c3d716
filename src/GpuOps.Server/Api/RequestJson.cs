using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.Server.Api;

/// <summary>How requests are read.</summary>
/// <remarks>
/// What a submission does not say has its default. Generated code forgets the defaults of what can only be set at the
/// beginning, so that one type is read without it.
/// </remarks>
internal sealed class RequestJson : IJsonTypeInfoResolver
{
    private readonly DefaultJsonTypeInfoResolver _resolver = new();

    /// <summary>As strictly as <see cref="QueueJson"/> says: it gives its types to other options, and not what it demands of them.</summary>
    /// <param name="options">The service's.</param>
    public static void Prepare(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = QueueJson.Default.Options.UnmappedMemberHandling;
        options.RespectNullableAnnotations = QueueJson.Default.Options.RespectNullableAnnotations;
        options.RespectRequiredConstructorParameters = QueueJson.Default.Options.RespectRequiredConstructorParameters;
        options.TypeInfoResolverChain.Insert(0, QueueJson.Default);
        options.TypeInfoResolverChain.Insert(0, new RequestJson());
    }

    /// <inheritdoc/>
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
        type == typeof(GpuJobRequest) ? _resolver.GetTypeInfo(type, options) : null;
}
