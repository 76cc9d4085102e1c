using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DmDelegation.Tests.Architecture;

/// <summary>What a compiled assembly reaches outside itself, read from its metadata without loading it.</summary>
/// <param name="Assemblies">Names of referenced assemblies.</param>
/// <param name="Types">Full names of referenced types.</param>
/// <param name="Members">Referenced members, as <c>Namespace.Type.Member</c>.</param>
/// <param name="NativeCalls">Functions imported from native libraries.</param>
internal sealed record AssemblyMetadata(
    IReadOnlyList<string> Assemblies, IReadOnlyList<string> Types, IReadOnlyList<string> Members, IReadOnlyList<string> NativeCalls)
{
    public static AssemblyMetadata Of(string project)
    {
        using var image = new PEReader(File.OpenRead(Repository.AssemblyFile(project)));
        var reader = image.GetMetadataReader();
        return new AssemblyMetadata(
            [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))],
            [.. reader.TypeReferences.Select(handle => Name(reader, handle))],
            [.. reader.MemberReferences.Select(handle => Name(reader, reader.GetMemberReference(handle))).OfType<string>()],
            [.. reader.MethodDefinitions.Select(handle => Import(reader, reader.GetMethodDefinition(handle))).OfType<string>()]);
    }

    private static string Name(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Name(reader, (TypeReferenceHandle)type.ResolutionScope)}.{reader.GetString(type.Name)}"
            : $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }

    // Members of generic instances hang on a type specification; their types are in the table of type references all the same.
    private static string? Name(MetadataReader reader, MemberReference member) =>
        member.Parent.Kind == HandleKind.TypeReference
            ? $"{Name(reader, (TypeReferenceHandle)member.Parent)}.{reader.GetString(member.Name)}"
            : null;

    private static string? Import(MetadataReader reader, MethodDefinition method)
    {
        var import = method.GetImport();
        return import.Module.IsNil ? null : reader.GetString(method.Name);
    }
}
